"""What is learnt here is small and lives in the repository; what it is learnt from does not.

`python -m training` makes the ear's weights from raw packages (README.md); `training.letters` and
`training.durations` make tables of `spec/`.
"""
