"""What is learnt is small and lives in the repository; what it is learnt from does not.

`python -m training` makes the ear's weights from raw packages (README.md); `training.letters` and
`training.durations` make tables of spec/. None of it is part of the package.
"""

import os

# Matrices this small are slower on two threads, and the processes are two already. Before numpy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
