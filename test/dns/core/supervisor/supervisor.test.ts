import {
  type BuilderStatus,
  checkSupervisor,
  type SupervisorEffect,
  type SupervisorEvent,
  type SupervisorInput,
  type SupervisorState,
  supervisorMachine,
} from '../../../../dns/core/supervisor/supervisor';

type Phase = SupervisorState['phase'];
const STATUS: BuilderStatus = { source: 'stream', heardAt: 5, failures: 2, tasks: 1 };

class Supervisor {
  readonly state: SupervisorState = supervisorMachine.init({});
  now = 1000;

  tell(event: SupervisorInput): string[] {
    const effects = supervisorMachine.step(this.state, { ...event, at: this.now } as SupervisorEvent);
    expect(checkSupervisor(this.state)).toEqual([]);
    return effects.map((effect) => this.print(effect));
  }

  end(thread = this.state.thread): string[] {
    return this.tell({ kind: 'thread.ended', thread, reason: 'broken' });
  }

  restart(): string[] {
    return this.tell({ kind: 'woke', timer: 'restart' });
  }

  private print(effect: SupervisorEffect): string {
    switch (effect.kind) {
      case 'start-thread':
      case 'stop-thread':
        return `${effect.kind} ${effect.thread}`;
      case 'status':
        return `status ${effect.status.source} ${effect.status.failures}`;
      case 'lose':
        return `lose ${effect.reason}`;
      case 'wake':
        return `${effect.timer} in ${effect.at - this.now}`;
      case 'note':
        return `${effect.level} ${JSON.stringify(effect.fields)}`;
      case 'stopped':
        return effect.kind;
    }
  }
}

const PHASES: Readonly<Record<Phase, (supervisor: Supervisor) => void>> = {
  new: () => undefined,
  running: (supervisor) => {
    supervisor.tell({ kind: 'started' });
    supervisor.tell({ kind: 'thread.status', thread: 1, status: STATUS });
  },
  pausing: (supervisor) => {
    PHASES.running(supervisor);
    supervisor.end();
  },
  stopping: (supervisor) => {
    PHASES.running(supervisor);
    supervisor.tell({ kind: 'stop.requested' });
  },
  stopped: (supervisor) => void supervisor.tell({ kind: 'stop.requested' }),
};

const EVENTS: Readonly<Record<string, SupervisorInput>> = {
  started: { kind: 'started' },
  'thread.status': { kind: 'thread.status', thread: 1, status: { ...STATUS, failures: 3 } },
  'thread.ended': { kind: 'thread.ended', thread: 1, reason: 'broken' },
  'thread.stopped': { kind: 'thread.stopped', thread: 1 },
  'source.lost': { kind: 'source.lost', thread: 1, reason: 'no leader' },
  'stop.requested': { kind: 'stop.requested' },
  'woke restart': { kind: 'woke', timer: 'restart' },
};

/** What each event does where it means something; everywhere else nothing happens. */
const EXPECTED: Readonly<Record<string, Partial<Record<Phase, readonly string[]>>>> = {
  started: { new: ['running', 'start-thread 1'] },
  'thread.status': { running: ['running', 'status stream 3'], stopping: ['stopping', 'status stream 3'] },
  'thread.ended': {
    running: ['pausing', 'status none 3', 'error {"reason":"broken","afterMs":1000}', 'restart in 1000'],
    stopping: ['stopped', 'stopped'],
  },
  'thread.stopped': { stopping: ['stopped', 'stopped'] },
  'source.lost': { running: ['running', 'lose no leader'], stopping: ['stopping', 'lose no leader'] },
  'stop.requested': {
    new: ['stopped', 'stopped'],
    running: ['stopping', 'stop-thread 1'],
    pausing: ['stopped', 'stopped'],
  },
  'woke restart': { pausing: ['running', 'start-thread 2'] },
};

const places = Object.keys(EVENTS).flatMap((name) =>
  Object.keys(PHASES).map((phase) => [name, phase] as const),
);

describe('the supervisor of the building thread', () => {
  it.each(places)('does on %s, %s, what the table says', (name, phase) => {
    const supervisor = new Supervisor();
    PHASES[phase as Phase](supervisor);
    expect(supervisor.state.phase).toBe(phase);
    const effects = supervisor.tell(EVENTS[name] as SupervisorInput);
    expect([supervisor.state.phase, ...effects]).toEqual(EXPECTED[name]?.[phase as Phase] ?? [phase]);
  });

  it('pauses longer after each thread that fails early, up to a minute, and shortly after a long life', () => {
    const supervisor = new Supervisor();
    supervisor.tell({ kind: 'started' });
    const pauses = [0, 0, 0, 0, 0, 0, 0, 60_001, 0, 0].map((lifeMs) => {
      supervisor.now += lifeMs;
      const pause = supervisor.end().at(-1);
      supervisor.restart();
      return pause;
    });
    const seconds = [1, 2, 4, 8, 16, 32, 60, 1, 1, 2];
    expect(pauses).toEqual(seconds.map((count) => `restart in ${count * 1000}`));
  });

  it('adds the failures of earlier threads, and one for the end of each', () => {
    const supervisor = new Supervisor();
    PHASES.pausing(supervisor);
    supervisor.restart();
    expect(supervisor.tell({ kind: 'thread.status', thread: 2, status: STATUS })).toEqual([
      'status stream 5',
    ]);
  });

  it('ignores events of an earlier thread', () => {
    const supervisor = new Supervisor();
    PHASES.pausing(supervisor);
    supervisor.restart();
    expect(supervisor.tell({ kind: 'thread.status', thread: 1, status: STATUS })).toEqual([]);
    expect(supervisor.end(1)).toEqual([]);
    expect(supervisor.state.phase).toBe('running');
  });

  it('finds a state wrong that has no thread, or a source without one', () => {
    const state = supervisorMachine.init({});
    expect(checkSupervisor({ ...state, thread: 1 })).toHaveLength(1);
    expect(checkSupervisor({ ...state, phase: 'running' })).toHaveLength(1);
    expect(checkSupervisor({ ...state, phase: 'pausing', thread: 1, status: STATUS })).toHaveLength(1);
  });
});
