import { findExecutor } from '../../../../cluster/agent/core/state/state';
import { nextInteger, type Random, randomFrom } from '../../../../cluster/model/random';
import { isTerminal } from '../../../../cluster/model/task-state';
import { AgentScript } from '../interpreter';

const EXECUTORS = ['e', 'f', 'g'];
const STATES = ['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED', 'TASK_FAILED', 'TASK_KILLED'];
const PID = 'executor(1)@10.0.0.2:4000';

/** A play of an agent with custom executors of one framework, which do what they like. */
class Play {
  readonly script = new AgentScript();
  readonly out: string[] = [];
  private readonly random: Random;
  private tasks = 0;

  constructor(seed: number) {
    this.random = randomFrom(seed);
    this.do('detected', 'advance 1', 'registered S0');
  }

  do(...lines: readonly string[]): void {
    for (const line of lines) this.out.push(...this.script.play(line));
  }

  private below(size: number): number {
    return nextInteger(this.random, size);
  }

  private one<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  private known(): string[] {
    return Array.from({ length: this.tasks }, (_, index) => `t${index}`).filter((id) =>
      this.script.read((state) => findExecutor(state, 'web', id) !== undefined),
    );
  }

  /** One event, by chance. */
  step(): void {
    const executor = this.one(EXECUTORS);
    const task = this.one([...this.known(), 'nobody']);
    const driver = `${PID}${EXECUTORS.indexOf(executor)}`;
    const choices: readonly (() => string)[] = [
      () => `run web t${this.tasks++} executor=${executor} checkpoint=1`,
      () => `runGroup web ${executor} t${this.tasks++} t${this.tasks++} type=custom checkpoint=1`,
      () => `subscribe web ${executor} tasks=${this.known().filter(() => this.below(2) > 0)}`,
      () => `register web ${executor} ${driver}`,
      () => `reregister web ${executor} ${driver} tasks=${this.known()}`,
      () => `update web ${task} ${this.one(STATES)} executor=${executor}`,
      () => `update web ${task} ${this.one(STATES)} executor=${executor} uuid=${this.below(20)}`,
      () => `driverUpdate web ${task} ${this.one(STATES)} ${driver}`,
      () => `updated ${executor}${this.below(9) === 0 ? ' no such cgroup' : ''}`,
      () => `updated ${executor}`,
      () => `acknowledge web ${task}`,
      () => (task === 'nobody' ? 'advance 1' : `kill web ${task}`),
      () => this.one([`exit ${executor}`, `fail ${executor}`, `launched ${executor}`, 'advance 3']),
      () => this.one([`shutdownExecutor web ${executor}`, `closed ${executor}`, 'advance 60']),
      () => this.one(['crash', `crash lost=${executor}`, 'advance 1']),
      () => this.one(['detected', 'reregistered', 'gone', 'advance 2']),
    ];
    this.do(this.one(choices)());
  }

  /** All executors end. */
  end(): void {
    this.do('detected', 'advance 60', 'reregistered');
    this.do(...EXECUTORS.map((executor) => `exit ${executor}`));
    this.do('detected', 'advance 60', 'reregistered');
  }
}

const matches = (lines: readonly string[], pattern: RegExp): RegExpExecArray[] =>
  lines.map((line) => pattern.exec(line)).filter((match) => match !== null);

test.each(Array.from({ length: 60 }, (_, index) => index + 1))(
  'executors that do what they like, by the seed %i: no task is launched twice, and each has one end',
  (seed) => {
    const play = new Play(seed);
    for (let index = 0; index < 150; index++) play.step();
    play.end();
    const launched = matches(play.out, /: (?:LAUNCH|LAUNCH_GROUP|RunTask) (.*)$/).flatMap(([, ids = '']) =>
      ids.split(' '),
    );
    expect(launched.length).toBe(new Set(launched).size);
    const ends = new Map<string, Set<string>>();
    for (const [, id = '', state = ''] of matches(play.out, /StatusUpdate (t\d+) (TASK_\w+)/))
      if (isTerminal(state)) ends.set(id, (ends.get(id) ?? new Set()).add(state));
    expect([...ends].filter(([, states]) => states.size > 1)).toEqual([]);
    const alive = play.script.read(({ frameworks }) =>
      [...(frameworks.get('web')?.executors.values() ?? [])].flatMap(({ queued, tasks }) => [
        ...queued.keys(),
        ...[...tasks].filter(([, { state }]) => !isTerminal(state)).map(([id]) => id),
      ]),
    );
    expect(alive).toEqual([]);
  },
);
