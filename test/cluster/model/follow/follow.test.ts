import fc from 'fast-check';
import {
  checkFollow,
  type FollowEffect,
  type FollowEvent,
  type FollowPhase,
  type FollowState,
  followMachine,
} from '../../../../cluster/model/follow/follow';
import type { FollowPolicy } from '../../../../cluster/model/follow/policy';

/** As a scheduler follows: one source at a time, streams only. */
const ONE: FollowPolicy = {
  backOff: { firstMs: 100, factor: 2, maxMs: 400, spread: 0, failuresAtStart: 0 },
  goodLifeMs: 0,
  heartbeat: { ms: 1000, missedMax: 3 },
  redirectsMax: 1,
  perRound: 'one',
  pollMs: undefined,
  newSources: 'keep',
};
/** As DNS follows: all sources in a round, then their state. */
const ALL: FollowPolicy = {
  ...ONE,
  ...{ goodLifeMs: 10_000, perRound: 'all', pollMs: 60_000, newSources: 'restart' },
};

/** A follower on a clock that is moved by hand. */
class Following {
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

const EVENTS = {
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
const ONE_PHASES: Readonly<Record<Exclude<FollowPhase, 'polling'>, Script>> = {
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
const ALL_PHASES: Readonly<Record<FollowPhase, Script>> = {
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

type Row = Readonly<Record<keyof typeof EVENTS, string>>;

/** Every event in every phase: the phase after it, and the effects. */
function table(policy: FollowPolicy, phases: Readonly<Record<string, Script>>) {
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

const NOTHING_IDLE: Row = {
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
const NOTHING_STOPPED = Object.fromEntries(
  Object.keys(EVENTS).map((name) => [name, name === 'stopped' ? 'stopped | close' : 'stopped']),
) as Row;

describe('following one source at a time', () => {
  const expected: Readonly<Record<keyof typeof ONE_PHASES, Row>> = {
    idle: NOTHING_IDLE,
    opening: {
      started: 'opening',
      'the same sources': 'opening',
      'other sources': 'opening | close | ended opening a replaced 0 | open 2 c',
      'no sources': 'opening',
      opened: 'opened | heartbeat in 3000',
      redirected: 'opening | open 2 r',
      begun: 'following | heartbeat in 1500',
      heard: 'opening',
      closed: 'waiting | close | ended opening a closed 1 | retry in 100',
      polled: 'opening',
      'woke retry': 'opening',
      'woke heartbeat': 'opening',
      stopped: 'stopped | close',
    },
    opened: {
      started: 'opened',
      'the same sources': 'opened',
      'other sources': 'opening | close | ended opened a replaced 0 | open 2 c',
      'no sources': 'opened',
      opened: 'opened',
      redirected: 'opening | open 2 r',
      begun: 'following | heartbeat in 1500',
      heard: 'opened',
      closed: 'waiting | close | ended opened a closed 1 | retry in 100',
      polled: 'opened',
      'woke retry': 'opened',
      'woke heartbeat': 'opened | heartbeat in 2500',
      stopped: 'stopped | close',
    },
    following: {
      started: 'following',
      'the same sources': 'following',
      'other sources': 'opening | close | ended following a replaced 0 | open 2 c',
      'no sources': 'following',
      opened: 'following',
      redirected: 'opening | open 2 r',
      begun: 'following | heartbeat in 1500',
      heard: 'following',
      closed: 'waiting | close | ended following a closed 1 | retry in 100',
      polled: 'following',
      'woke retry': 'following',
      'woke heartbeat': 'following | heartbeat in 2500',
      stopped: 'stopped | close',
    },
    waiting: {
      started: 'waiting',
      'the same sources': 'opening | open 2 a',
      'other sources': 'opening | open 2 c',
      'no sources': 'waiting',
      opened: 'waiting',
      redirected: 'waiting',
      begun: 'waiting',
      heard: 'waiting',
      closed: 'waiting',
      polled: 'waiting',
      'woke retry': 'opening | open 2 b',
      'woke heartbeat': 'waiting',
      stopped: 'stopped | close',
    },
    stopped: NOTHING_STOPPED,
  };

  it('does in each phase what the table says', () => {
    expect(table(ONE, ONE_PHASES)).toEqual(expected);
  });

  it('goes on with the next source after each pause, and the pauses grow', () => {
    const following = new Following(ONE);
    following.begin();
    const seen = Array.from({ length: 4 }, () => [...following.close().slice(-1), ...following.retry()]);
    expect(seen).toEqual([
      ['retry in 100', 'open 2 b'],
      ['retry in 200', 'open 3 a'],
      ['retry in 400', 'open 4 b'],
      ['retry in 400', 'open 5 a'],
    ]);
  });

  it('begins with the shortest pause again after a stream', () => {
    const following = new Following(ONE);
    following.begin();
    for (let attempt = 0; attempt < 3; attempt++) {
      following.close();
      following.retry();
    }
    following.stream();
    expect(following.close()).toEqual(['close', 'ended following b closed 1', 'retry in 100']);
  });

  it('begins with the shortest pause again when a stream is given up for another source', () => {
    const following = new Following(ONE);
    following.begin();
    following.close();
    following.retry();
    following.close();
    following.retry();
    following.stream();
    following.tell(EVENTS['other sources']);
    expect(following.close()).toEqual(['close', 'ended opening c closed 1', 'retry in 100']);
  });

  it('follows only so many redirects in a row', () => {
    const following = new Following(ONE);
    following.begin();
    expect(following.tell({ kind: 'redirected', url: 'r' } as never)).toEqual(['open 2 r']);
    expect(following.tell({ kind: 'redirected', url: 'a' } as never)).toEqual([
      'close',
      'ended opening r closed 1',
      'retry in 100',
    ]);
  });

  it('hangs up when the heartbeats of the stream are missed, counted from the last sound', () => {
    const following = new Following(ONE);
    following.begin();
    following.stream(2000);
    following.now = 5000;
    following.tell({ kind: 'heard' });
    following.now = 6000;
    const rings = { kind: 'woke', timer: 'heartbeat' } as never;
    expect(following.tell(rings)).toEqual(['heartbeat in 5000']);
    following.now = 11_000;
    expect(following.tell(rings)).toEqual(['close', 'ended following a silent 1', 'retry in 100']);
  });

  it('ignores events of an earlier attempt', () => {
    const following = new Following(ONE);
    following.begin();
    following.close();
    following.retry();
    for (const event of [
      { kind: 'opened', attempt: 1 },
      { kind: 'begun', attempt: 1, heartbeatMs: 1 },
      { kind: 'closed', attempt: 1, reason: 'late' },
      { kind: 'redirected', attempt: 1, url: 'r' },
    ]) {
      expect(following.tell(event as never)).toEqual([]);
      expect(following.state.phase).toBe('opening');
    }
  });

  it('waits without a timer while there is no source', () => {
    const following = new Following(ONE, []);
    expect(following.begin()).toEqual([]);
    expect(following.state.phase).toBe('waiting');
    expect(following.retry()).toEqual([]);
    expect(following.tell({ kind: 'sources.changed', sources: ['c'] } as never)).toEqual(['open 1 c']);
  });
});

describe('following by any policy', () => {
  const event = fc.constantFrom(...Object.values(EVENTS));
  const steps = fc.array(fc.record({ event, passedMs: fc.nat(5000), late: fc.boolean() }), { maxLength: 60 });

  it('keeps what is always true, and ends each attempt that was begun once at most', () => {
    fc.assert(
      fc.property(fc.constantFrom(ONE, ALL), steps, (policy, script) => {
        const following = new Following(policy);
        let ends = 0;
        for (const { event: next, passedMs, late } of script) {
          following.now += passedMs;
          const attempt = following.state.attempt - (late ? 1 : 0);
          const effects = following.tell({ attempt, ...next } as never);
          ends += effects.filter((effect) => effect.startsWith('ended')).length;
          expect(checkFollow(following.state)).toEqual([]);
          expect(ends).toBeLessThanOrEqual(following.state.attempt);
        }
      }),
    );
  });

  it('is found wrong in a state that is not so', () => {
    const state = followMachine.init({ policy: ONE, sources: ['a'], seed: 1 });
    expect(checkFollow(state)).toEqual([]);
    expect(checkFollow({ ...state, phase: 'opening' })).toHaveLength(2);
    expect(checkFollow({ ...state, phase: 'polling', attempt: 1, url: 'a' })).toHaveLength(1);
    expect(checkFollow({ ...state, asks: [{ kind: 'open', url: 'a' }] })).toHaveLength(1);
    expect(checkFollow({ ...state, redirects: 2 })).toHaveLength(1);
  });
});

describe('following all sources in a round', () => {
  const expected: Readonly<Record<FollowPhase, Row>> = {
    idle: NOTHING_IDLE,
    opening: {
      started: 'opening',
      'the same sources': 'opening | close | ended opening a replaced 0 | open 2 a',
      'other sources': 'opening | close | ended opening a replaced 0 | open 2 c',
      'no sources': 'waiting | close | ended opening a replaced 0',
      opened: 'opened | heartbeat in 3000',
      redirected: 'opening | open 2 r',
      begun: 'following | heartbeat in 1500',
      heard: 'opening',
      closed: 'opening | close | ended opening a closed 0 | open 2 b',
      polled: 'opening',
      'woke retry': 'opening',
      'woke heartbeat': 'opening',
      stopped: 'stopped | close',
    },
    opened: {
      started: 'opened',
      'the same sources': 'opening | close | ended opened a replaced 0 | open 2 a',
      'other sources': 'opening | close | ended opened a replaced 0 | open 2 c',
      'no sources': 'waiting | close | ended opened a replaced 0',
      opened: 'opened',
      redirected: 'opening | open 2 r',
      begun: 'following | heartbeat in 1500',
      heard: 'opened',
      closed: 'opening | close | ended opened a closed 0 | open 2 b',
      polled: 'opened',
      'woke retry': 'opened',
      'woke heartbeat': 'opened | heartbeat in 2500',
      stopped: 'stopped | close',
    },
    following: {
      started: 'following',
      'the same sources': 'opening | close | ended following a replaced 0 | open 2 a',
      'other sources': 'opening | close | ended following a replaced 0 | open 2 c',
      'no sources': 'waiting | close | ended following a replaced 0',
      opened: 'following',
      redirected: 'opening | open 2 r',
      begun: 'following | heartbeat in 1500',
      heard: 'following',
      closed: 'waiting | close | ended following a closed 1 | retry in 100',
      polled: 'following',
      'woke retry': 'following',
      'woke heartbeat': 'following | heartbeat in 2500',
      stopped: 'stopped | close',
    },
    polling: {
      started: 'polling',
      'the same sources': 'opening | close | ended polling a replaced 0 | open 4 a',
      'other sources': 'opening | close | ended polling a replaced 0 | open 4 c',
      'no sources': 'waiting | close | ended polling a replaced 0',
      opened: 'polling',
      redirected: 'opening | open 4 r',
      begun: 'polling',
      heard: 'polling',
      closed: 'polling | close | ended polling a closed 0 | poll 4 b',
      polled: 'waiting | retry in 60000',
      'woke retry': 'polling',
      'woke heartbeat': 'polling',
      stopped: 'stopped | close',
    },
    waiting: {
      started: 'waiting',
      'the same sources': 'opening | open 5 a',
      'other sources': 'opening | open 5 c',
      'no sources': 'waiting',
      opened: 'waiting',
      redirected: 'waiting',
      begun: 'waiting',
      heard: 'waiting',
      closed: 'waiting',
      polled: 'waiting',
      'woke retry': 'opening | open 5 a',
      'woke heartbeat': 'waiting',
      stopped: 'stopped | close',
    },
    stopped: NOTHING_STOPPED,
  };

  it('does in each phase what the table says', () => {
    expect(table(ALL, ALL_PHASES)).toEqual(expected);
  });

  it('asks every source for a stream, then every source for its state, then pauses', () => {
    const following = new Following(ALL);
    const seen = [...following.begin()];
    for (let attempt = 0; attempt < 4; attempt++) seen.push(...following.close().slice(2));
    expect(seen).toEqual(['open 1 a', 'open 2 b', 'poll 3 a', 'poll 4 b', 'retry in 100']);
  });

  it('asks the source first that served last', () => {
    const following = new Following(ALL);
    following.begin();
    following.close();
    following.stream();
    following.close();
    expect([...following.retry(), ...following.close().slice(2)]).toEqual(['open 3 b', 'open 4 a']);
  });

  it('asks the source first to which it was redirected inside the call', () => {
    const following = new Following(ALL);
    following.begin();
    following.tell({ kind: 'opened', url: 'leader' } as never);
    following.tell({ kind: 'begun', heartbeatMs: 1000 } as never);
    expect(following.close()[1]).toBe('ended following leader closed 1');
    expect(following.retry()).toEqual(['open 2 leader']);
  });

  it('takes a short life for one more failure, and a good one for the end of them', () => {
    const following = new Following(ALL);
    const pauses = [9999, 9999, 10_000, 9999].map((lifeMs) => {
      following.begin();
      following.retry();
      following.stream();
      following.now += lifeMs;
      return following.close().at(-1);
    });
    expect(pauses).toEqual(['retry in 100', 'retry in 200', 'retry in 100', 'retry in 200']);
  });

  it('reads the state at shorter intervals at first, where it may, and again with other sources', () => {
    const following = new Following({ ...ALL, pollFirstMs: 20_000 }, ['a']);
    const read = (): string[] => {
      following.close();
      return following.tell({ kind: 'polled', url: following.state.url } as never);
    };
    following.begin();
    const pauses = [1, 2, 3, 4].map(() => {
      const pause = read();
      following.retry();
      return pause;
    });
    expect(pauses.flat()).toEqual(['retry in 20000', 'retry in 40000', 'retry in 60000', 'retry in 60000']);
    following.tell({ kind: 'sources.changed', sources: ['c'] } as never);
    expect(read()).toEqual(['retry in 20000']);
    following.retry();
    following.stream();
    following.close();
    following.retry();
    expect(read()).toEqual(['retry in 20000']);
  });

  it('forgets failures when a state was read, and when there are other sources', () => {
    const following = new Following(ALL, ['a']);
    const fail = (): string[] => [...following.close(), ...following.close()].slice(-1);
    following.begin();
    fail();
    following.retry();
    following.close();
    expect(following.tell({ kind: 'polled', url: 'a' } as never)).toEqual(['retry in 60000']);
    following.retry();
    expect(fail()).toEqual(['retry in 100']);
    following.retry();
    following.tell({ kind: 'sources.changed', sources: ['c'] } as never);
    expect(fail()).toEqual(['retry in 100']);
  });
});
