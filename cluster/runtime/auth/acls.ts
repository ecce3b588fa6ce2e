/**
 * The flag `--acls`: access control lists in Mesos' JSON, in place or in a file.
 */

import { type Acls, readAcls } from '../../model/acls';
import { errorText } from '../../model/error-text';
import { document } from '../config/flags';
import { StartError } from '../lifecycle';

export const aclsFlag = document({
  help: "who may do what, in Mesos' JSON; in place, /PATH or file://PATH",
});

/** Reads the flag. Fails with a StartError that names the rule that is wrong. */
export function readAclsFlag(text: string | undefined): Acls | undefined {
  if (text === undefined) return undefined;
  const read = readAcls(parse(text));
  if ('error' in read) throw new StartError(`--acls: ${read.error}`);
  return read.acls;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StartError(`--acls is not JSON: ${errorText(error)}`);
  }
}
