/** JSON files that client commands send. */

import { readFileSync } from 'node:fs';
import { errorText } from '../cluster/model/error-text';
import { StartError } from '../cluster/runtime/lifecycle';
import { describeJsonFault } from './json-fault';

/** The name of a file in messages; `-` is standard input. */
export function fileName(file: string): string {
  return file === '-' ? 'standard input' : file;
}

/** Reads a file of JSON; `-` is standard input. The StartError names the file and the fault. */
export function readJsonFile(file: string): unknown {
  const content = readText(file);
  try {
    return JSON.parse(content);
  } catch {
    throw new StartError(`${fileName(file)} is not JSON: ${describeJsonFault(content)}`);
  }
}

/** The text of a file, without the byte order mark that some editors put before it. */
function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    throw new StartError(`${fileName(file)} cannot be read: ${errorText(error)}`);
  }
}
