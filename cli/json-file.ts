/** JSON files that client commands send. */

import { readFileSync } from 'node:fs';
import { errorText } from '../cluster/model/error-text';
import { StartError } from '../cluster/runtime/lifecycle';

/** Reads a file of JSON; `-` is standard input. The StartError names the file and the fault. */
export function readJsonFile(file: string): unknown {
  let content: string;
  try {
    content = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new StartError(`${file} cannot be read: ${errorText(error)}`);
  }
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new StartError(`${file} is not JSON: ${errorText(error)}`);
  }
}
