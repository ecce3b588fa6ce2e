import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommonEffect, Machine, Stamped } from '../../../../cluster/model/event';
import { VirtualClock } from '../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../cluster/runtime/log';
import { Mailbox } from '../../../../cluster/runtime/mailbox';
import { hashOf } from '../../../../cluster/runtime/recording/canonical';
import {
  FileRecorder,
  type Recording,
  RecordingError,
  readRecording,
} from '../../../../cluster/runtime/recording/recording';
import { replay } from '../../../../cluster/runtime/recording/replay';

interface Events {
  put: { key: string; value: unknown };
  drop: { key: string };
}
type Event = Stamped<Events>;
type Effect = CommonEffect | { readonly kind: 'kept'; readonly key: string };
interface State {
  readonly values: Map<string, unknown>;
  last: number;
}

const shelf: Machine<State, Event, Effect, { first: string }> = {
  name: 'shelf',
  init: ({ first }) => ({ values: new Map([[first, 1]]), last: 0 }),
  step: (state, event) => {
    state.last = event.at;
    if (event.kind === 'drop') {
      state.values.delete(event.key);
      return [{ kind: 'note', level: 'info', text: 'dropped' }];
    }
    state.values.set(event.key, event.value);
    return [{ kind: 'kept', key: event.key }];
  },
};

const folder = mkdtempSync(join(tmpdir(), 'meseta-recording-'));
let files = 0;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Records a short life of a shelf. Answers the file's text and the state at the end. */
async function record(): Promise<{ path: string; text: string; state: State }> {
  const path = join(folder, 'deep', `${files++}.rec`);
  const boot = { first: 'zero' };
  const clock = new VirtualClock(1000);
  const box = new Mailbox<State, Event, Effect, typeof boot>({
    machine: shelf,
    boot,
    clock,
    log: silentLogger,
    perform: { kept: () => undefined },
    recorder: new FileRecorder(path, { machine: shelf.name, boot }),
    onBroken: (error) => {
      throw error;
    },
  });
  box.post({ kind: 'put', key: 'a', value: { big: 10n ** 20n, bytes: Buffer.from('xyz') } });
  clock.advance(5);
  box.post({ kind: 'put', key: '$odd', value: { $int: 'from a peer' } });
  box.post({ kind: 'drop', key: 'zero' });
  await box.stop();
  return { path, text: readFileSync(path, 'utf8'), state: box.state };
}

const change = (text: string, edit: (lines: string[]) => void): string => {
  const lines = text.split('\n');
  edit(lines);
  return lines.join('\n');
};

function outcome(text: string): Recording | 'refused' {
  try {
    return readRecording(text);
  } catch (error) {
    if (error instanceof RecordingError) return 'refused';
    throw error;
  }
}

describe('a recording', () => {
  it('has the machine, what it began with, its events in order, and the hash of its end', async () => {
    const { text, state } = await record();
    const recording = readRecording(text);
    expect(recording).toEqual({
      machine: 'shelf',
      boot: { first: 'zero' },
      events: [
        { kind: 'put', key: 'a', at: 1000, value: { big: 10n ** 20n, bytes: Buffer.from('xyz') } },
        { kind: 'put', key: '$odd', at: 1005, value: { $int: 'from a peer' } },
        { kind: 'drop', key: 'zero', at: 1005 },
      ],
      end: hashOf(state),
      torn: false,
    });
  });

  it('replays to the same state', async () => {
    const { text, state } = await record();
    const replayed = replay(readRecording(text), shelf);
    expect(replayed).toMatchObject({ events: 3, same: true, hash: hashOf(state), state });
    expect([...replayed.effects]).toEqual([
      ['kept', 2],
      ['note', 1],
    ]);
  });

  it('replays to an earlier moment, and notices a machine that behaves differently', async () => {
    const recording = readRecording((await record()).text);
    const early = replay(recording, shelf, 1);
    expect(early).toMatchObject({ events: 1, same: undefined });
    expect([...(early.state as State).values.keys()]).toEqual(['zero', 'a']);
    const forgetful: typeof shelf = { ...shelf, step: () => [] };
    expect(replay(recording, forgetful).same).toBe(false);
  });

  it.each([0, 1, 2, 3, 4])('names line %i + 1 when it was changed', async (line) => {
    const { text } = await record();
    const changed = change(text, (lines) => {
      lines[line] = (lines[line] ?? '').replace(/.}$/, '~}');
    });
    expect(() => readRecording(changed)).toThrow(`line ${line + 1}: damaged, its check does not match`);
  });

  it.each([0, 1, 2, 3])('names the line after line %i + 1 when that one is missing', async (line) => {
    const { text } = await record();
    const changed = change(text, (lines) => lines.splice(line, 1));
    expect(() => readRecording(changed)).toThrow(`line ${line + 1}: does not follow the line before it`);
  });

  it('notices lines that changed places', async () => {
    const { text } = await record();
    const changed = change(text, (lines) => lines.splice(1, 2, lines[2] ?? '', lines[1] ?? ''));
    expect(() => readRecording(changed)).toThrow('line 2: does not follow the line before it');
  });

  it('of a process that was killed is read up to its last whole line', async () => {
    const { text } = await record();
    for (const cut of [1, 10, 60]) {
      const torn = readRecording(text.slice(0, text.length - cut));
      expect(torn).toMatchObject({ torn: true, end: undefined });
      expect(torn.events).toHaveLength(3);
      expect(replay(torn, shelf).same).toBeUndefined();
    }
    const cleanCut = change(text, (lines) => lines.splice(-2, 1));
    expect(readRecording(cleanCut)).toMatchObject({ torn: false, end: undefined });
  });

  it('is refused, or known to lack its end, whichever byte is flipped and wherever it is cut', async () => {
    const { text } = await record();
    const bytes = Buffer.from(text);
    const whole = readRecording(text);
    for (let position = 0; position < bytes.length; position++) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(position) ^ 0x20, position);
      for (const damaged of [flipped, bytes.subarray(0, position)]) {
        const read = outcome(damaged.toString());
        if (read === 'refused') continue;
        expect({ at: position, end: read.end }).toEqual({ at: position, end: undefined });
        expect(read.events).toEqual(whole.events.slice(0, read.events.length));
      }
    }
  });

  it.each(['', 'hello\n', 'hello world\n', '{"a":1}\n'])('is not what %j is', (text) => {
    expect(() => readRecording(text)).toThrow(RecordingError);
  });

  it('is on disk soon after an event, also when nobody ends it', async () => {
    const path = join(folder, 'open.rec');
    const recorder = new FileRecorder(path, { machine: 'shelf', boot: {} });
    recorder.event({ kind: 'drop', key: 'x', at: 1 });
    await new Promise((soon) => setImmediate(soon));
    expect(readRecording(readFileSync(path, 'utf8')).events).toHaveLength(1);
    await recorder.end({});
  });

  it('ends once, and takes nothing after its end', async () => {
    const path = join(folder, 'ended.rec');
    const recorder = new FileRecorder(path, { machine: 'shelf', boot: {} });
    await recorder.end({ a: 1 });
    recorder.event({ kind: 'drop', key: 'x', at: 1 });
    await recorder.end({ a: 2 });
    await new Promise((soon) => setImmediate(soon));
    expect(readRecording(readFileSync(path, 'utf8'))).toMatchObject({ events: [], end: hashOf({ a: 1 }) });
  });
});
