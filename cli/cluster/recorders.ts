/**
 * Recordings of the daemons, for `meseta replay`.
 */

import { present } from '../../cluster/model/assert';
import { errorText } from '../../cluster/model/error-text';
import { StartError } from '../../cluster/runtime/lifecycle';
import type { RecorderMaker } from '../../cluster/runtime/mailbox';
import { FileRecorder } from '../../cluster/runtime/recording/recording';

/** A maker for `--record FILE`; undefined without the flag. A file that cannot be written is a StartError. */
export function recorderFor(file: string | undefined): RecorderMaker | undefined {
  if (file === undefined) return undefined;
  return (start) => {
    try {
      return new FileRecorder(file, start);
    } catch (error) {
      throw new StartError(`--record: ${file} cannot be written: ${errorText(error)}`);
    }
  };
}

/** The same for a process that boots its machine several times: FILE, FILE.2, FILE.3 ... */
export function recordersFor(file: string | undefined): RecorderMaker | undefined {
  if (file === undefined) return undefined;
  let count = 0;
  return (start) => {
    count += 1;
    return present(recorderFor(count === 1 ? file : `${file}.${count}`), 'there is a file')(start);
  };
}
