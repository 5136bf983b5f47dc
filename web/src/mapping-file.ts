// A mapping from where it is served; what is wrong with it is told as a fault of the character.
import { type Mapping, MappingError, readMapping } from "./mapping.ts";
import { StageError } from "./stage.ts";

/** Throws StageError, with the address, if it can't be had or is none. */
export async function fetchMapping(url: string): Promise<Mapping> {
  try {
    const answer = await fetch(url);
    if (!answer.ok) throw new MappingError(`the server says ${answer.status} ${answer.statusText}`);
    return readMapping(await answer.json());
  } catch (error) {
    const isFault = error instanceof MappingError || error instanceof TypeError || error instanceof SyntaxError;
    if (!isFault) throw error;
    throw new StageError(`${url} is no mapping: ${error.message}`, { cause: error });
  }
}
