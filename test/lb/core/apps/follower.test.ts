/** Following Marathon: every event in every phase, and the ways through. */

import {
  APPS_MAX,
  type FollowerBoot,
  type FollowerEffect,
  type FollowerEvent,
  type FollowerInput,
  type FollowerState,
  followerMachine,
  isStreaming,
  SPACING_FEW_MS,
  SPACING_MS,
} from '../../../../lb/core/apps/follower';

const BOOT: FollowerBoot = { seed: 1, pollMs: undefined, backoffMaxMs: undefined };

class Follower {
  readonly state: FollowerState;
  now = 1000;

  constructor(boot: Partial<FollowerBoot> = {}) {
    this.state = followerMachine.init({ ...BOOT, ...boot });
  }

  tell(event: FollowerInput): string[] {
    return followerMachine
      .step(this.state, { ...event, at: this.now } as FollowerEvent)
      .map((effect) => this.print(effect));
  }

  want(...apps: string[]): string[] {
    return this.tell({ kind: 'wanted', apps: apps.length > 0 ? apps : 'all' });
  }

  wake(timer: string): string[] {
    return this.tell({ kind: 'woke', timer });
  }

  stream(): string[] {
    return this.tell({ kind: 'stream.begun', attempt: this.state.follow.attempt });
  }

  end(retryAfterMs?: number): string[] {
    return this.tell({ kind: 'read.ended', retryAfterMs });
  }

  /** The reading that runs is over, and nothing is wanted. */
  rest(): void {
    this.end();
    this.now += SPACING_MS;
    this.wake('read');
  }

  private print(effect: FollowerEffect): string {
    switch (effect.kind) {
      case 'open':
        return `open ${effect.attempt}`;
      case 'read':
        return `read ${effect.apps === 'all' ? 'all' : effect.apps.join()}`;
      case 'unreachable':
        return `unreachable ${effect.why}`;
      case 'wake':
        return effect.timer === 'read' ? `read in ${effect.at - this.now}` : effect.timer;
      case 'note':
        return [effect.level, effect.text, ...Object.values(effect.fields ?? {})].join(': ');
      case 'close':
        return effect.kind;
    }
  }
}

type Phase = FollowerState['phase'];
const PHASES: Readonly<Record<Phase, (follower: Follower) => void>> = {
  new: () => undefined,
  idle: (follower) => {
    PHASES.reading(follower);
    follower.rest();
  },
  reading: (follower) => void follower.tell({ kind: 'started' }),
  spacing: (follower) => {
    PHASES.reading(follower);
    follower.end();
  },
  stopped: (follower) => {
    PHASES.idle(follower);
    follower.tell({ kind: 'stopped' });
  },
};

const EVENTS: Readonly<Record<string, FollowerInput>> = {
  started: { kind: 'started' },
  'wanted all': { kind: 'wanted', apps: 'all' },
  'wanted some': { kind: 'wanted', apps: ['/a'] },
  'stream.begun': { kind: 'stream.begun', attempt: 1 },
  'stream.heard': { kind: 'stream.heard', attempt: 1, events: 1, apps: ['/a'] },
  'stream.heard without events': { kind: 'stream.heard', attempt: 1, events: 0, apps: [] },
  'stream.closed': { kind: 'stream.closed', attempt: 1, reason: 'gone' },
  'apps.read': { kind: 'apps.read' },
  'apps.served': { kind: 'apps.served' },
  'apps.insufficient': { kind: 'apps.insufficient' },
  'read.ended': { kind: 'read.ended', retryAfterMs: undefined },
  'read.failed': { kind: 'read.failed', why: 'status 503', retryAfterMs: undefined },
  stopped: { kind: 'stopped' },
  'woke retry': { kind: 'woke', timer: 'retry' },
  'woke heartbeat': { kind: 'woke', timer: 'heartbeat' },
  'woke read': { kind: 'woke', timer: 'read' },
};

const BEGUN = ['heartbeat', "info: following Marathon's events"];
const CANNOT = ['close', "debug: Marathon's event stream cannot be opened: gone", 'retry'];
const FAILED = [
  'unreachable status 503',
  'warn: the apps cannot be read; the last good configuration stays: status 503',
];

/** What each event does where it means something: phase after it, and effects. Everywhere else nothing happens. */
const EXPECTED: Readonly<Record<string, Partial<Record<Phase, readonly string[]>>>> = {
  started: { new: ['reading', 'open 1', 'read all'] },
  'wanted all': { idle: ['reading', 'read all'] },
  'wanted some': { idle: ['reading', 'read /a'] },
  'stream.begun': {
    idle: ['reading', ...BEGUN, 'read all'],
    reading: ['reading', ...BEGUN],
    spacing: ['spacing', ...BEGUN],
  },
  'stream.heard': { idle: ['reading', 'read /a'] },
  'stream.closed': {
    idle: ['reading', ...CANNOT.slice(0, 2), 'read all', 'retry'],
    reading: ['reading', ...CANNOT],
    spacing: ['spacing', ...CANNOT],
  },
  'apps.insufficient': { reading: ['reading', 'read all'] },
  'read.ended': { reading: ['spacing', 'read in 20'] },
  'read.failed': { reading: ['spacing', ...FAILED, 'read in 20'] },
  stopped: {
    new: ['stopped', 'close'],
    idle: ['stopped', 'close'],
    reading: ['stopped', 'close'],
    spacing: ['stopped', 'close'],
    stopped: ['stopped', 'close'],
  },
  'woke read': { idle: ['reading', 'read all'] },
};

const places = Object.keys(EVENTS).flatMap((name) =>
  Object.keys(PHASES).map((phase) => [name, phase] as const),
);

describe('the follower of Marathon', () => {
  it.each(places)('does on %s, %s, what the table says', (name, phase) => {
    const follower = new Follower();
    PHASES[phase as Phase](follower);
    expect(follower.state.phase).toBe(phase);
    const effects = follower.tell(EVENTS[name] as FollowerInput);
    expect([follower.state.phase, ...effects]).toEqual(EXPECTED[name]?.[phase as Phase] ?? [phase]);
  });

  it('makes exactly one more reading of all that is wanted during one', () => {
    const follower = new Follower();
    PHASES.reading(follower);
    follower.want('/a');
    follower.want('/b', '/a');
    follower.end();
    follower.now += SPACING_MS;
    expect(follower.wake('read')).toEqual(['read /a,/b']);
    follower.now += SPACING_FEW_MS;
    expect(follower.end()).toEqual(['read in 2000']);
  });

  it('spaces readings of few apps by less than readings of all', () => {
    const follower = new Follower();
    PHASES.idle(follower);
    follower.want('/a');
    expect(follower.end()).toEqual([`read in ${SPACING_FEW_MS}`]);
    expect(follower.wake('read')).toEqual([]);
    follower.now += SPACING_FEW_MS;
    expect(follower.wake('read')).toEqual(['read in 2000']);
  });

  it('reads all when too many apps are wanted', () => {
    const follower = new Follower();
    PHASES.reading(follower);
    follower.want(...Array.from({ length: APPS_MAX + 1 }, (_none, index) => `/a${index}`));
    follower.end();
    follower.now += SPACING_MS;
    expect(follower.wake('read')).toEqual(['read all']);
  });

  it('reads every two seconds without a stream, and once a minute with one', () => {
    const follower = new Follower();
    PHASES.reading(follower);
    follower.now += SPACING_MS;
    expect(follower.end()).toEqual(['read in 2000']);
    follower.stream();
    follower.now += SPACING_MS;
    expect([follower.end(), isStreaming(follower.state)]).toEqual([['read in 60000'], true]);
    const polling = new Follower({ pollMs: 500 });
    expect(polling.tell({ kind: 'started' })).toEqual(['read all']);
    polling.now += SPACING_MS;
    expect(polling.end()).toEqual(['read in 500']);
  });

  it('reads sooner than usual when that is needed', () => {
    const follower = new Follower();
    PHASES.reading(follower);
    expect(follower.end(300)).toEqual([`read in ${SPACING_MS}`]);
    follower.now += SPACING_MS;
    expect(follower.wake('read')).toEqual(['read in 280']);
    follower.now += 280;
    follower.wake('read');
    follower.now += SPACING_MS;
    expect(follower.end(9000)).toEqual(['read in 2000']);
  });

  it('says once that apps cannot be read, and once that they can again', () => {
    const follower = new Follower();
    PHASES.reading(follower);
    const fail = (): string[] => {
      const effects = follower.tell({ kind: 'read.failed', why: 'x', retryAfterMs: undefined });
      follower.now += SPACING_MS;
      follower.wake('read');
      follower.wake('read');
      return effects.filter((effect) => !effect.startsWith('read'));
    };
    const text = 'warn: the apps cannot be read; the last good configuration stays: x';
    expect([fail(), fail()]).toEqual([['unreachable x', text], ['unreachable x']]);
    expect(follower.tell({ kind: 'apps.read' })).toEqual(['info: Marathon answers again']);
    expect([follower.tell({ kind: 'apps.read' }), follower.state.lastReadAt]).toEqual([[], follower.now]);
  });

  it('tells how a stream ended, and reads all at once', () => {
    const lost = (reason: string): string[] => {
      const follower = new Follower();
      PHASES.idle(follower);
      follower.stream();
      follower.rest();
      return follower.tell({ kind: 'stream.closed', attempt: 1, reason });
    };
    expect(lost('')).toEqual(['close', "warn: Marathon's event stream ended", 'read all', 'retry']);
    expect(lost('reset')[1]).toBe("warn: Marathon's event stream broke: reset");
    const silent = new Follower();
    PHASES.idle(silent);
    silent.stream();
    silent.now += 60_000;
    expect(silent.wake('heartbeat')[1]).toBe("warn: Marathon's event stream broke: silent for 60 s");
  });
});
