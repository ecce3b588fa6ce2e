import type { CommonEffect, Woke } from '../../../cluster/model/event';
import { machine, note, plainTurn, type Turn } from '../../../cluster/model/machine';
import { timersOf } from '../../../cluster/model/timers';

interface State {
  readonly lines: string[];
}
interface Events {
  said: { readonly text: string };
  cleared: Record<never, never>;
  woke: Woke;
}
type Effect = CommonEffect | { readonly kind: 'print'; readonly count: number };

const timers = timersOf({ repeat: { text: String }, tick: {} });

function say({ state, effects }: Turn<State, Effect>, text: string): void {
  state.lines.push(text);
  effects.push({ kind: 'print', count: state.lines.length });
}

const parts = {
  name: 'echo',
  init: (first: string): State => ({ lines: [first] }),
  start: plainTurn<State, Effect>,
  transitions: {
    said: (turn: Turn<State, Effect>, { text }: { readonly text: string }) => {
      say(turn, text);
      timers.wake(turn, { kind: 'repeat', text }, turn.now + 10);
    },
    cleared: ({ state }: Turn<State, Effect>) => void state.lines.splice(0),
  },
  timers,
  woke: {
    repeat: (turn: Turn<State, Effect>, { text }: { readonly text: string }) => say(turn, text),
    tick: (turn: Turn<State, Effect>) => note(turn, 'info', 'tick', { at: turn.now }),
  },
};
const echo = machine<State, Events, Effect, (typeof timers)['spec'], string, Turn<State, Effect>>(parts);

describe('a machine', () => {
  it('routes an event to its transition, and effects leave in the order in which they were pushed', () => {
    const state = echo.init('hello');
    expect(echo.step(state, { kind: 'said', text: 'a b', at: 5 })).toEqual([
      { kind: 'print', count: 2 },
      { kind: 'wake', timer: 'repeat a b', at: 15 },
    ]);
    expect(state.lines).toEqual(['hello', 'a b']);
  });

  it('routes a timer to its handler, with its fields', () => {
    const state = echo.init('hello');
    expect(echo.step(state, { kind: 'woke', timer: 'repeat a b', at: 15 })).toEqual([
      { kind: 'print', count: 2 },
    ]);
    expect(echo.step(state, { kind: 'woke', timer: 'tick', at: 16 })).toEqual([
      { kind: 'note', level: 'info', text: 'tick', fields: { at: 16 } },
    ]);
    expect(state.lines).toEqual(['hello', 'a b']);
  });

  it('breaks on a timer that nobody declared', () => {
    expect(() => echo.step(echo.init('hello'), { kind: 'woke', timer: 'nap', at: 15 })).toThrow(
      'there is no timer nap',
    );
  });

  it('ends each step with what comes after', () => {
    const closing = machine<State, Events, Effect, (typeof timers)['spec'], string, Turn<State, Effect>>({
      ...parts,
      after: (turn) => note(turn, 'debug', `${turn.state.lines.length} lines`),
    });
    expect(closing.step(closing.init('hello'), { kind: 'cleared', at: 1 })).toEqual([
      { kind: 'note', level: 'debug', text: '0 lines' },
    ]);
  });
});
