/**
 * Recordings of `--record FOLDER`: `dns.rec` has the events of the supervisor, `dns-builder.rec` those of the zone builder, and
 * `dns-builder-2.rec` those of the next one, after the first has failed.
 */

import { join } from 'node:path';
import { errorText } from '../../cluster/model/error-text';
import { StartError } from '../../cluster/runtime/lifecycle';
import type { Recorder } from '../../cluster/runtime/mailbox';
import { FileRecorder } from '../../cluster/runtime/recording/recording';

export function supervisorRecording(folder: string): string {
  return join(folder, 'dns.rec');
}

export function builderRecording(folder: string, thread: number): string {
  return join(folder, thread === 1 ? 'dns-builder.rec' : `dns-builder-${thread}.rec`);
}

/** Begins a recording. A file that cannot be written is a StartError. */
export function openRecording(
  file: string,
  start: { readonly machine: string; readonly boot: unknown },
): Recorder {
  try {
    return new FileRecorder(file, start);
  } catch (error) {
    throw new StartError(`--record: ${file} cannot be written: ${errorText(error)}`);
  }
}
