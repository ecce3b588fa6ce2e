/** A follower on a clock that is moved by hand, its policies, and a table of its answers in each phase. */

import {
  type FollowEffect,
  type FollowEvent,
  type FollowPhase,
  type FollowState,
  followMachine,
} from '../../../../cluster/model/follow/follow';
import type { FollowPolicy } from '../../../../cluster/model/follow/policy';

/** As a scheduler follows: one source at a time, streams only. */
export const ONE: FollowPolicy = {
  backOff: { firstMs: 100, factor: 2, maxMs: 400, spread: 0, failuresAtStart: 0 },
  goodLifeMs: 0,
  heartbeat: { ms: 1000, missedMax: 3 },
  redirectsMax: 1,
  perRound: 'one',
  pollMs: undefined,
  newSources: 'keep',
};
/** As DNS follows: all sources in a round, then their state. */
export const ALL: FollowPolicy = {
  ...ONE,
  ...{ goodLifeMs: 10_000, perRound: 'all', pollMs: 60_000, newSources: 'restart' },
};

/** A follower on a clock that is moved by hand. */
export class Following {
  readonly state: FollowState;
  now = 0;

  constructor(policy: FollowPolicy, sources: readonly string[] = ['a', 'b']) {
    this.state = followMachine.init({ policy, sources, seed: 1 });
  }

  /** Tells the newest attempt, or the one that is named, of an event. */
  tell(event: Omit<FollowEvent, 'at' | 'attempt'> & object): string[] {
    const { attempt } = this.state;
    return followMachine
      .step(this.state, { attempt, ...event, at: this.now } as FollowEvent)
      .map((effect) => this.print(effect));
  }

  begin(): string[] {
    return this.tell({ kind: 'started' });
  }

  close(reason = 'gone'): string[] {
    return this.tell({ kind: 'closed', reason } as never);
  }

  stream(heartbeatMs = 1000): void {
    this.tell({ kind: 'opened' });
    this.tell({ kind: 'begun', heartbeatMs } as never);
  }

  retry(): string[] {
    return this.tell({ kind: 'woke', timer: 'retry' } as never);
  }

  private print(effect: FollowEffect): string {
    switch (effect.kind) {
      case 'open':
      case 'poll':
        return `${effect.kind} ${effect.attempt} ${effect.url}`;
      case 'ended':
        return `ended ${effect.phase} ${effect.url} ${effect.cause} ${effect.failures}`;
      case 'wake':
        return `${effect.timer} in ${effect.at - this.now}`;
      default:
        return effect.kind;
    }
  }
}

export const EVENTS = {
  started: { kind: 'started' },
  'the same sources': { kind: 'sources.changed', sources: ['a', 'b'] },
  'other sources': { kind: 'sources.changed', sources: ['c', 'd'] },
  'no sources': { kind: 'sources.changed', sources: [] },
  opened: { kind: 'opened' },
  redirected: { kind: 'redirected', url: 'r' },
  begun: { kind: 'begun', heartbeatMs: 500 },
  heard: { kind: 'heard' },
  closed: { kind: 'closed', reason: 'gone' },
  polled: { kind: 'polled', url: 'a' },
  'woke retry': { kind: 'woke', timer: 'retry' },
  'woke heartbeat': { kind: 'woke', timer: 'heartbeat' },
  stopped: { kind: 'stopped' },
} as const;

type Script = (following: Following) => void;

/** The first source is asked, or the phase that follows from it; the last heartbeat is a moment ago. */
export const ONE_PHASES: Readonly<Record<Exclude<FollowPhase, 'polling'>, Script>> = {
  idle: () => undefined,
  opening: (following) => void following.begin(),
  opened: (following) => {
    following.begin();
    following.tell({ kind: 'opened' });
  },
  following: (following) => {
    following.begin();
    following.stream();
  },
  waiting: (following) => {
    following.begin();
    following.close();
  },
  stopped: (following) => void following.tell({ kind: 'stopped' }),
};
export const ALL_PHASES: Readonly<Record<FollowPhase, Script>> = {
  ...ONE_PHASES,
  polling: (following) => {
    following.begin();
    following.close();
    following.close();
  },
  waiting: (following) => {
    following.begin();
    for (let attempt = 0; attempt < 4; attempt++) following.close();
  },
};

export type Row = Readonly<Record<keyof typeof EVENTS, string>>;

/** Every event in every phase: the phase after it, and the effects. */
export function table(policy: FollowPolicy, phases: Readonly<Record<string, Script>>) {
  return Object.fromEntries(
    Object.entries(phases).map(([phase, script]) => [
      phase,
      Object.fromEntries(
        Object.entries(EVENTS).map(([name, event]) => {
          const following = new Following(policy);
          script(following);
          expect(following.state.phase).toBe(phase);
          following.now = 500;
          const effects = following.tell(event as never);
          return [name, [following.state.phase, ...effects].join(' | ')];
        }),
      ),
    ]),
  );
}

export const NOTHING_IDLE: Row = {
  started: 'opening | open 1 a',
  'the same sources': 'idle',
  'other sources': 'idle',
  'no sources': 'idle',
  opened: 'idle',
  redirected: 'idle',
  begun: 'idle',
  heard: 'idle',
  closed: 'idle',
  polled: 'idle',
  'woke retry': 'idle',
  'woke heartbeat': 'idle',
  stopped: 'stopped | close',
};
export const NOTHING_STOPPED = Object.fromEntries(
  Object.keys(EVENTS).map((name) => [name, name === 'stopped' ? 'stopped | close' : 'stopped']),
) as Row;
