/**
 * `meseta replay FILE`: replays the recording of a process and compares the state it ends in.
 */

import { readFileSync } from 'node:fs';
import { errorText } from '../../cluster/model/error-text';
import { integer, toggle } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import { canonicalText } from '../../cluster/runtime/recording/canonical';
import { type Recording, RecordingError, readRecording } from '../../cluster/runtime/recording/recording';
import { ReplayError, replay } from '../../cluster/runtime/recording/replay';
import { type Command, flagCommand } from '../command';
import { machines } from '../machines';
import { printJson } from '../print';

const replayFlags = {
  events: integer({
    help: 'stop after so many events',
    fallback: undefined,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  }),
  state: toggle({ help: 'print the whole state, too', fallback: false }),
  json: toggle({ help: 'print JSON for programs', fallback: false }),
};

export const replayCommand: Command = flagCommand({
  flags: replayFlags,
  positionals: ['file'],
  run: async ({ flags, positionals: [file = ''] }, terminal) => {
    const recording = read(file);
    const machine = machines.find(({ name }) => name === recording.machine);
    if (!machine)
      throw new StartError(`${file}: no machine "${recording.machine}" here; it is from another version`);
    const done = replayed(file, () => replay(recording, machine, flags.events));
    const effects = Object.fromEntries([...done.effects].sort());
    if (flags.json) {
      terminal.out(
        printJson({ machine: machine.name, events: done.events, effects, hash: done.hash, same: done.same }),
      );
    } else {
      const list = Object.entries(effects).map(([kind, count]) => `${kind} ${count}`);
      terminal.out(
        [
          `machine  ${machine.name}`,
          `events   ${done.events} of ${recording.events.length}`,
          `effects  ${list.join(', ') || 'none'}`,
          `state    ${done.hash}`,
          `recorded ${verdict(recording, done.same)}`,
          '',
        ].join('\n'),
      );
    }
    if (flags.state) terminal.out(`${canonicalText(done.state)}\n`);
    return done.same === false ? 1 : 0;
  },
});

/** A break is told with the place in our code, since that is what a replay is for. */
function replayed<T>(file: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    const [, frame = ''] = error.cause instanceof Error ? (error.cause.stack ?? '').split('\n    at ') : [];
    const place = frame && ` (in ${frame})`;
    throw new StartError(
      `${file}: ${error.message}${place}. Either the process broke there, too, or another version recorded it`,
    );
  }
}

function verdict({ end, torn }: Recording, same: boolean | undefined): string {
  const tail = torn ? ' (its last line was not written whole and is left out)' : '';
  if (end === undefined) return `no end: the process was killed${tail}`;
  if (same === undefined) return `${end} (not compared: not all events were run)`;
  return same ? `${end}: the same` : `${end}: DIFFERENT`;
}

function read(file: string): Recording {
  try {
    return readRecording(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof RecordingError)
      throw new StartError(`${file} is not an intact recording: ${error.message}`);
    throw new StartError(`${file} cannot be read: ${errorText(error)}`);
  }
}
