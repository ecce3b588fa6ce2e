import type { CommonEffect, Machine, Stamped, Woke } from '../../../cluster/model/event';
import { VirtualClock } from '../../../cluster/runtime/clock';
import { type Logger, silentLogger } from '../../../cluster/runtime/log';
import { Mailbox, type Recorder } from '../../../cluster/runtime/mailbox';

interface Events {
  say: { word: string };
  wait: { timer: string; for: number };
  break: { where: 'step' | 'performer' };
  woke: Woke;
}
type Event = Stamped<Events>;
type Effect = CommonEffect | { readonly kind: 'told'; readonly word: string };
interface State {
  readonly heard: string[];
}

/** Keeps what it hears and tells it on. */
const parrot: Machine<State, Event, Effect, string> = {
  name: 'parrot',
  init: (boot) => ({ heard: [boot] }),
  step: (state, event) => {
    switch (event.kind) {
      case 'say':
        state.heard.push(`${event.at} ${event.word}`);
        return [
          { kind: 'note', level: 'info', text: event.word },
          { kind: 'told', word: event.word },
        ];
      case 'wait':
        return [{ kind: 'wake', timer: event.timer, at: event.at + event.for }];
      case 'woke':
        state.heard.push(`${event.at} woke ${event.timer}`);
        return [];
      case 'break':
        if (event.where === 'step') throw new Error('the step broke');
        return [{ kind: 'told', word: 'break' }];
    }
  },
  check: ({ heard }) => heard.filter((word) => word.includes('secret')).map((word) => `it heard ${word}`),
};

type Parrot = Mailbox<State, Event, Effect, string>;

interface StartOptions {
  readonly told?: (word: string, box: Parrot) => void;
  readonly recorder?: Recorder;
  readonly log?: Logger;
  readonly isStrict?: boolean;
}

function start(options: StartOptions = {}) {
  const clock = new VirtualClock(1000);
  const broken: string[] = [];
  const box: Parrot = new Mailbox({
    machine: parrot,
    isStrict: options.isStrict,
    boot: 'hello',
    clock,
    log: options.log ?? silentLogger,
    perform: { told: ({ word }) => options.told?.(word, box) },
    recorder: options.recorder,
    onBroken: (error) => broken.push(error.message),
  });
  return { box, clock, broken, heard: () => box.read((state) => [...state.heard]) };
}

/** A recorder that keeps what it is told, and of what the state had heard by then. */
function memoryRecorder(): Recorder & { readonly events: unknown[]; ends: number } {
  const events: unknown[] = [];
  return {
    events,
    ends: 0,
    event: (event) => events.push(JSON.parse(JSON.stringify(event))),
    async end() {
      this.ends += 1;
    },
  };
}

describe('a mailbox', () => {
  it('handles an event before post returns, stamped with the time', () => {
    const { box, clock, heard } = start();
    box.post({ kind: 'say', word: 'a' });
    expect(heard()).toEqual(['hello', '1000 a']);
    clock.advance(5);
    box.post({ kind: 'say', word: 'b' });
    expect(heard()).toEqual(['hello', '1000 a', '1005 b']);
  });

  it('never steps within a step: what a performer posts comes after all effects of the event', () => {
    const told: string[] = [];
    const { box, heard } = start({
      told: (word, inside) => {
        told.push(`begin ${word}`);
        if (word === 'a') {
          inside.post({ kind: 'say', word: 'a1' });
          inside.post({ kind: 'say', word: 'a2' });
        }
        told.push(`end ${word}`);
      },
    });
    box.post({ kind: 'say', word: 'a' });
    box.post({ kind: 'say', word: 'b' });
    expect(told).toEqual([
      'begin a',
      'end a',
      'begin a1',
      'end a1',
      'begin a2',
      'end a2',
      'begin b',
      'end b',
    ]);
    expect(heard()).toEqual(['hello', '1000 a', '1000 a1', '1000 a2', '1000 b']);
  });

  it('writes notes to the log, with their fields', () => {
    const lines: unknown[] = [];
    const { box } = start({ log: { ...silentLogger, info: (...line) => lines.push(line) } });
    box.post({ kind: 'say', word: 'a' });
    expect(lines).toEqual([[{}, 'a']]);
  });

  it('wakes a timer once, at its time', () => {
    const { box, clock, heard } = start();
    box.post({ kind: 'wait', timer: 't', for: 10 });
    clock.advance(9);
    expect(heard()).toEqual(['hello']);
    clock.advance(100);
    expect(heard()).toEqual(['hello', '1010 woke t']);
  });

  it('replaces a timer that is set again, and keeps others', () => {
    const { box, clock, heard } = start();
    box.post({ kind: 'wait', timer: 't', for: 10 });
    box.post({ kind: 'wait', timer: 'other', for: 15 });
    box.post({ kind: 'wait', timer: 't', for: 20 });
    clock.advance(100);
    expect(heard()).toEqual(['hello', '1015 woke other', '1020 woke t']);
  });

  it.each([
    ['step', 'the step broke'],
    ['performer', 'the performer broke'],
  ] as const)('stops for good when a %s breaks', (where, message) => {
    const { box, clock, broken, heard } = start({
      told: (word) => {
        if (word === 'break') throw new Error('the performer broke');
      },
    });
    box.post({ kind: 'wait', timer: 't', for: 10 });
    box.post({ kind: 'break', where });
    expect(broken).toEqual([message]);
    box.post({ kind: 'say', word: 'late' });
    clock.advance(100);
    expect(heard()).toEqual(['hello']);
    expect(broken).toHaveLength(1);
  });

  it('records each event before the step that handles it', () => {
    const recorder = memoryRecorder();
    const { box } = start({ recorder });
    box.post({ kind: 'say', word: 'a' });
    box.post({ kind: 'break', where: 'step' });
    expect(recorder.events).toEqual([
      { kind: 'say', word: 'a', at: 1000 },
      { kind: 'break', where: 'step', at: 1000 },
    ]);
  });

  it('goes on with a state that violates an invariant: it logs and counts that', () => {
    const lines: unknown[] = [];
    const { box, broken, heard } = start({ log: { ...silentLogger, error: (...line) => lines.push(line) } });
    box.post({ kind: 'say', word: 'secret' });
    for (let event = 0; event < 999; event++) box.post({ kind: 'say', word: 'a' });
    expect(lines).toEqual([
      [
        { machine: 'parrot', violations: 1, text: 'it heard 1000 secret' },
        'invariants are violated: the process goes on; restart it to rebuild its state, and report this',
      ],
    ]);
    expect([box.violations, broken, heard().length]).toEqual([1, [], 1001]);
  });

  it('breaks in a test at the first step that violates an invariant, before its effects', () => {
    const told: string[] = [];
    const { box, broken } = start({ isStrict: true, told: (word) => told.push(word) });
    box.post({ kind: 'say', word: 'a' });
    box.post({ kind: 'say', word: 'secret' });
    box.post({ kind: 'say', word: 'late' });
    expect(broken).toEqual(['after say: it heard 1000 secret']);
    expect(told).toEqual(['a']);
  });

  it('takes no event after it was stopped, ends the recording and forgets its timers', async () => {
    const recorder = memoryRecorder();
    const { box, clock, heard } = start({ recorder });
    box.post({ kind: 'wait', timer: 't', for: 10 });
    await box.stop();
    box.post({ kind: 'say', word: 'late' });
    clock.advance(100);
    expect(heard()).toEqual(['hello']);
    expect(recorder.ends).toBe(1);
    expect(clock.next()).toBeUndefined();
  });
});
