/**
 * The commands of agent scripts: an agent on a virtual clock, with the master and its executors played by the
 * script.
 */

import type { AgentEffect, RecoveredExecutor } from '../../../cluster/agent/core/state/effects';
import type { AgentBoot, AgentEvent, AgentInput } from '../../../cluster/agent/core/state/events';
import type { AgentState } from '../../../cluster/agent/core/state/state';
import { agentMachine } from '../../../cluster/agent/core/step';
import type { Call } from '../../../cluster/api/generated/executor';
import type {
  CommandInfo,
  ExecutorInfo,
  FrameworkInfo,
  TaskInfo,
  TaskStatus,
} from '../../../cluster/api/generated/mesos';
import { printResources, readResources } from '../../../cluster/model/resources';
import type { TaskState } from '../../../cluster/model/task-state';
import { VirtualClock } from '../../../cluster/runtime/clock';
import { silentLogger } from '../../../cluster/runtime/log';
import { Mailbox } from '../../../cluster/runtime/mailbox';
import { type Interpreter, optionsOf } from '../../scripts/run';
import { resources, taskInfo } from '../master/builders';
import { readOperation, readWords } from '../master/operation-words';
import { numberedUuid } from '../numbered-uuid';
import { DiskModel, printChange } from './disk-model';
import { printEvent, printMessage, printTell, printWire, uuidOf } from './print-effects';

const MASTER = 'master@m:5050';

export const AGENT_BOOT: AgentBoot = {
  ip: '10.0.0.2',
  port: 5051,
  hostname: 'agent.test',
  version: '1.11.0',
  resources: resources({ cpus: '4', mem: '4096' }),
  attributes: [],
  startedAt: 0,
  seed: 1,
  process: 'slave(1)',
  agentId: undefined,
  workDir: '/work-dir',
  settings: {
    registrationBackoffMs: 0,
    executorRegistrationTimeoutMs: 60_000,
    executorShutdownGraceMs: 5000,
    executorKinds: ['command', 'default', 'custom'],
    executorReregistrationTimeoutMs: 2000,
    executorReregistrationRetryMs: undefined,
    recoveryTimeoutMs: 900_000,
    maxCompletedExecutors: 2,
    executorEnvironment: {},
    garbage: { delayMs: 7 * 24 * 3_600_000, headroom: 0.1, diskWatchMs: 60_000, ofContainers: false },
  },
};

/** A step whose commits succeed at once: all of its effects but these. */
export function stepDurably(state: AgentState, event: AgentEvent): AgentEffect[] {
  return agentMachine
    .step(state, event)
    .flatMap((effect) =>
      effect.kind === 'checkpoint'
        ? stepDurably(state, { kind: 'checkpointed', at: event.at, commit: effect.commit })
        : [effect],
    );
}

const UUID = numberedUuid;

function executorInfo(id: string, type: 'CUSTOM' | 'DEFAULT'): ExecutorInfo {
  return {
    executor_id: { value: id },
    type,
    command: type === 'CUSTOM' ? { value: './executor' } : undefined,
    resources: readWords('cpus:0.5;mem:64'),
  };
}

function frameworkInfo(name: string, options: Record<string, string>): FrameworkInfo {
  const capabilities = options['aware'] ? [{ type: 'PARTITION_AWARE' as const }] : [];
  const checkpoint = options['checkpoint'] !== undefined;
  return { name, user: 'root', id: { value: name }, capabilities, checkpoint };
}

/** A command with a variable that is a secret. */
function commandWithSecret(name: string): CommandInfo {
  return { environment: { variables: [{ name, type: 'SECRET' }] } };
}

function launchExecutor(options: Record<string, string>): boolean | undefined {
  return options['launch'] === undefined ? undefined : options['launch'] === 'yes';
}

export class AgentScript {
  readonly clock = new VirtualClock(0);
  private mailbox: Mailbox<AgentState, AgentEvent, AgentEffect, AgentBoot>;
  private out: string[] = [];
  readonly disk = new DiskModel();
  private starts = 0;
  /** Containers by task. */
  private readonly containers = new Map<string, string>();
  private updates = 0;
  private requests = 0;
  private lastSent = '';

  /** What the agent knows at this moment. */
  read<T>(view: (state: AgentState) => T): T {
    return this.mailbox.read(view);
  }

  constructor(private readonly boot: AgentBoot = AGENT_BOOT) {
    this.mailbox = this.open(boot);
  }

  private open(boot: AgentBoot): Mailbox<AgentState, AgentEvent, AgentEffect, AgentBoot> {
    const say = (line: string): void => void this.out.push(line);
    return new Mailbox({
      machine: agentMachine,
      boot,
      clock: this.clock,
      log: { ...silentLogger, warn: (_fields, text) => say(`warn: ${text}`) },
      isStrict: true,
      onBroken: (error) => {
        throw error;
      },
      perform: {
        send: (effect) => {
          const text = printMessage(effect);
          this.lastSent = uuidOf(effect) ?? this.lastSent;
          // One that tells nothing goes with each registration.
          if (text !== '') say(`send ${effect.to}: ${text}`);
        },
        link: ({ to }) => say(`link ${to}`),
        checkpoint: ({ commit, changes }) => {
          say(`checkpoint ${changes.map((change) => printChange(change, this.taskNames())).join(', ')}`);
          this.disk.write(commit, changes);
          this.answerCommits();
        },
        recover: ({ executors }) => this.recoverContainers(executors),
        tell: ({ to, name, message }) => say(`tell ${to}: ${printTell(name, message)}`),
        launch: ({ spec, executor }) => {
          const { executorId, containerId, environment } = spec;
          this.containers.set(executorId, containerId);
          const sandbox = `sandbox=${environment['MESOS_SANDBOX']?.replace(containerId, 'CONTAINER')}`;
          const has = executor === 'command' ? sandbox : `${executor} ${printWire(spec.resources)}`;
          say(`launch ${executorId} ${has}`);
        },
        update: ({ containerId, resources: all }) =>
          say(`update ${this.taskOf(containerId)} ${printResources(readResources(all))}`),
        destroy: ({ containerId }) => say(`destroy ${this.taskOf(containerId)}`),
        event: ({ stream, event }) => say(`event ${stream}: ${printEvent(stream, event)}`),
        close: ({ stream, reason }) => say(`close ${stream}: ${reason}`),
        answer: ({ status, text }) => say(`answer ${status}${text ? ` ${text}` : ''}`),
        // Folders are touched at each end of an executor, of which other lines tell.
        touch: () => undefined,
        remove: ({ folders }) => say(`remove ${folders.map((folder) => this.shortFolder(folder)).join(' ')}`),
        measure: () => say('measure'),
        measureLoad: () => say('measure load'),
        stopped: () => say('stopped'),
        abort: ({ reason }) => say(`abort ${reason}`),
      },
    });
  }

  readonly interpret: Interpreter = (words) => {
    this.out = [];
    const [command = '', ...rest] = words;
    const run = this.commands[command];
    if (!run) throw new Error(`no command ${command}`);
    run(rest, optionsOf(rest));
    return this.out;
  };

  /** Carries out commands, one a line, and returns everything that came out. */
  play(...lines: readonly string[]): string[] {
    return lines.flatMap((line) => this.interpret(line.trim().split(/\s+/), line));
  }

  private post(event: AgentInput): void {
    this.mailbox.post(event);
  }

  /**
   * The agent ends without a word, and another one starts from what is on its disk. `lost` names executors whose containers
   * are gone.
   */
  private crash(words: readonly string[], { lost = '' }: Record<string, string>): void {
    void this.mailbox.stop();
    for (const executor of lost.split(',')) this.containers.delete(executor);
    this.mailbox = this.open({
      ...this.boot,
      seed: this.boot.seed + ++this.starts,
      startedAt: this.clock.now(),
      agentId: this.disk.agentId,
      recovery: {
        mode: words.includes('cleanup') ? 'cleanup' : 'reconnect',
        rebooted: words.includes('rebooted'),
        bootId: undefined,
        entries: this.disk.entries(),
        errors: 0,
      },
    });
    this.post({ kind: 'recover' });
  }

  /** Answers the order to adopt containers: those that were launched and have not ended are known. */
  private recoverContainers(executors: readonly RecoveredExecutor[]): void {
    const alive = new Set(this.containers.values());
    const names = executors.map(({ executorId }) => executorId);
    this.out.push(`recover [${names.join(',')}]`);
    const containerIds = executors.map(({ containerId }) => containerId).filter((id) => alive.has(id));
    this.post({ kind: 'recovered', containerIds });
  }

  /** Answers the commits that the disk has finished. */
  private answerCommits(): void {
    for (const commit of this.disk.takeFinished()) this.post({ kind: 'checkpointed', commit });
  }

  private taskNames(): ReadonlyMap<string, string> {
    return new Map([...this.containers].map(([executor, container]) => [container, executor]));
  }

  /** Frameworks with their executors and tasks, and the updates that are not acknowledged. */
  private show(): void {
    const { frameworks, completedFrameworks, streams } = this.mailbox.state;
    for (const { id, executors, completedExecutors } of frameworks.values()) {
      for (const executor of executors.values()) {
        const tasks = [...executor.tasks].map(([taskId, { state }]) => `${taskId}/${state}`);
        const queued = [...executor.queued.keys()].map((taskId) => `${taskId}/queued`);
        this.out.push(`${id} ${executor.id} ${executor.state} [${[...queued, ...tasks].join(',')}]`);
      }
      if (completedExecutors.length > 0)
        this.out.push(`${id} completed [${completedExecutors.map((executor) => executor.id).join(',')}]`);
    }
    for (const id of completedFrameworks.keys()) this.out.push(`${id} completed`);
    for (const { taskId, pending } of streams.values())
      if (pending.length > 0)
        this.out.push(`unacknowledged ${taskId} [${pending.map(({ status }) => status.state).join(',')}]`);
  }

  /** A folder without the work folder, with containers by their task. */
  private shortFolder(folder: string): string {
    const short = folder.replace(`${this.boot.workDir}/slaves/`, '');
    return [...this.containers].reduce((text, [task, id]) => text.replace(id, `(${task})`), short);
  }

  private taskOf(containerId: string): string {
    return [...this.containers].find(([, id]) => id === containerId)?.[0] ?? containerId;
  }

  private container(task: string): string {
    return this.containers.get(task) ?? task;
  }

  /** A status as the executor reports it; `uuid=N` repeats the one of that number. */
  private reported(task: string, state: string, options: Record<string, string>): TaskStatus {
    const number = options['uuid'] === undefined ? ++this.updates : Number(options['uuid']);
    return {
      task_id: { value: task },
      state: state as TaskState,
      uuid: UUID(number),
      source: 'SOURCE_EXECUTOR',
      data: options['data'],
    };
  }

  private readonly commands: Record<
    string,
    (words: readonly string[], options: Record<string, string>) => unknown
  > = {
    detected: ([pid]) => this.post({ kind: 'master.detected', pid: pid === 'nobody' ? undefined : MASTER }),
    checkpoint: ([words = '']) => {
      const message = { resources: readWords(words) };
      this.post({ kind: 'master.checkpoint', from: MASTER, message });
    },
    runGroup: ([framework = '', id = '', ...words], options) => {
      const tasks = words.filter((word) => !word.includes('='));
      const executor = executorInfo(id, options['type'] === 'custom' ? 'CUSTOM' : 'DEFAULT');
      const message = {
        framework: frameworkInfo(framework, options),
        executor,
        task_group: { tasks: tasks.map((task) => ({ ...taskInfo(task, 'S0'), executor })) },
        launch_executor: launchExecutor(options),
      };
      this.post({ kind: 'master.runTaskGroup', from: MASTER, message });
    },
    registered: ([id = 'S0']) => {
      this.post({ kind: 'master.registered', from: MASTER, message: { slave_id: { value: id } } });
    },
    reregistered: ([id = 'S0', ...missing]) => {
      const statuses = missing.map((task) => ({ task_id: { value: task }, state: 'TASK_RUNNING' as const }));
      const reconciliations = [{ framework_id: { value: 'web' }, statuses }];
      this.post({
        kind: 'master.reregistered',
        from: MASTER,
        message: { slave_id: { value: id }, reconciliations: missing.length > 0 ? reconciliations : [] },
      });
    },
    ping: ([how]) => this.post({ kind: 'master.ping', from: MASTER, connected: how !== 'disconnected' }),
    gone: () => this.post({ kind: 'master.exited', pid: MASTER }),
    run: ([framework = '', task = ''], options) => {
      const executor = options['executor'];
      const info: TaskInfo = {
        ...taskInfo(task, options['agent'] ?? 'S0'),
        ...(options['data'] && { data: options['data'] }),
        ...(options['limit'] && { limits: { [options['limit']]: { value: 1 } } }),
        ...(options['checkSecret'] && {
          health_check: { command: commandWithSecret(options['checkSecret']) },
        }),
        ...(executor && { command: undefined, executor: executorInfo(executor, 'CUSTOM') }),
        ...(options['reserved'] && { resources: readWords(options['reserved']) }),
      };
      const message = {
        framework: frameworkInfo(framework, options),
        task: info,
        launch_executor: launchExecutor(options),
      };
      this.post({ kind: 'master.runTask', from: options['from'] ?? MASTER, message });
    },
    // An operation in the words of the master's scripts; its number is its uuid.
    apply: ([number = '1', framework = '', word = '']) => {
      const operation = readOperation(word, 'S0', framework);
      const message = {
        ...(framework !== '-' && { framework_id: { value: framework } }),
        operation_info: operation,
        operation_uuid: { value: UUID(Number(number)) },
        resource_version_uuid: { uuid: { value: UUID(0) } },
      };
      this.post({ kind: 'master.applyOperation', from: MASTER, message });
    },
    acknowledgeOperation: ([number = '1', which]) => {
      const uuid = which === 'wrong' ? UUID(255) : this.lastSent;
      const message = { operation_uuid: { value: UUID(Number(number)) }, status_uuid: { value: uuid } };
      this.post({ kind: 'master.acknowledgeOperation', from: MASTER, message });
    },
    reconcileOperations: (numbers, { framework }) => {
      const operations = numbers
        .filter((number) => /^\d+$/.test(number))
        .map((number) => ({ operation_uuid: { value: UUID(Number(number)) } }));
      const message = { operations, ...(framework && { framework_id: { value: framework } }) };
      this.post({ kind: 'master.reconcileOperations', from: MASTER, message });
    },
    kill: ([framework = '', task = '']) => {
      const message = { framework_id: { value: framework }, task_id: { value: task } };
      this.post({ kind: 'master.killTask', from: MASTER, message });
    },
    acknowledge: ([framework = '', task = '', which]) => {
      const uuid = which === 'wrong' ? UUID(255) : this.lastSent;
      const ids = { framework_id: { value: framework }, task_id: { value: task }, slave_id: { value: 'S0' } };
      this.post({ kind: 'master.acknowledge', from: MASTER, message: { ...ids, uuid } });
    },
    shutdownFramework: ([framework = '']) => {
      this.post({ kind: 'master.shutdownFramework', from: MASTER, frameworkId: framework });
    },
    shutdownExecutor: ([framework = '', task = '']) => {
      const message = { framework_id: { value: framework }, executor_id: { value: task } };
      this.post({ kind: 'master.shutdownExecutor', from: MASTER, message });
    },
    message: ([framework = '', task = '']) => {
      const ids = { framework_id: { value: framework }, executor_id: { value: task } };
      const message = { slave_id: { value: 'S0' }, ...ids, data: 'aGk=' };
      this.post({ kind: 'master.message', from: MASTER, message });
    },
    closed: ([task = '']) => this.post({ kind: 'executor.closed', stream: `executor-${task}` }),
    call: ([framework = '', task = '', type = '']) => {
      const ids = { framework_id: { value: framework }, executor_id: { value: task } };
      const call = { ...ids, type: type as Call.Type, message: { data: 'aGk=' } };
      this.post({ kind: 'executor.call', request: this.requests++, call });
    },
    // A timer may come late, when its reason is gone.
    woke: ([word = '', task = '']) => this.post({ kind: 'woke', timer: `${word} ${this.container(task)}` }),
    drain: ([gone]) =>
      this.post({ kind: 'master.drain', from: MASTER, config: { mark_gone: gone === 'gone' } }),
    shutdown: () => this.post({ kind: 'master.shutdown', from: MASTER, message: 'bye' }),
    subscribe: ([framework = '', task = '', ...states], options) => {
      const updates = states
        .filter((word) => word.startsWith('TASK_'))
        .map((state) => ({ status: this.reported(task, state, options) }));
      const known = (options['tasks']?.split(',') ?? []).map((id) => taskInfo(id, 'S0'));
      const call = {
        framework_id: { value: framework },
        executor_id: { value: task },
        subscribe: { unacknowledged_updates: updates, unacknowledged_tasks: known },
      };
      this.post({ kind: 'executor.subscribe', stream: `executor-${task}`, call });
    },
    update: ([framework = '', task = '', state = ''], options) => {
      const status = this.reported(task, state, options);
      const ids = { framework_id: { value: framework }, executor_id: { value: options['executor'] ?? task } };
      const call = { ...ids, type: 'UPDATE' as const, update: { status } };
      this.post({ kind: 'executor.call', request: this.requests++, call });
    },
    exit: ([task = '']) =>
      this.post({
        kind: 'container.exited',
        containerId: this.container(task),
        termination: { status: undefined, message: 'done' },
      }),
    launched: ([task = '']) => this.post({ kind: 'container.launched', containerId: this.container(task) }),
    described: ([task = '', address = '']) => {
      const containerId = this.container(task);
      const network_infos = [{ ip_addresses: [{ ip_address: address, protocol: 'IPv4' as const }] }];
      const status = { container_id: { value: containerId }, executor_pid: 7, network_infos };
      this.post({ kind: 'container.described', containerId, status });
    },
    updated: ([task = '', ...reason]) => {
      const why = reason.length > 0 ? reason.join(' ') : undefined;
      this.post({ kind: 'container.updated', containerId: this.container(task), reason: why });
    },
    register: ([framework = '', id = '', from = '']) => {
      const message = { framework_id: { value: framework }, executor_id: { value: id } };
      this.post({ kind: 'driver.register', from, message });
    },
    reregister: ([framework = '', id = '', from = ''], options) => {
      const tasks = (options['tasks']?.split(',') ?? []).map((task) => taskInfo(task, 'S0'));
      const message = { framework_id: { value: framework }, executor_id: { value: id }, tasks };
      this.post({ kind: 'driver.reregister', from, message });
    },
    driverUpdate: ([framework = '', task = '', state = '', from = ''], options) => {
      const status = this.reported(task, state, options);
      const slave_id = { value: options['agent'] ?? 'S0' };
      const update = {
        framework_id: { value: framework },
        slave_id,
        status,
        timestamp: 0,
        uuid: status.uuid,
      };
      this.post({ kind: 'driver.update', from, message: { update, pid: from } });
    },
    driverMessage: ([framework = '', id = '', from = '']) => {
      const ids = {
        framework_id: { value: framework },
        executor_id: { value: id },
        slave_id: { value: 'S0' },
      };
      this.post({ kind: 'driver.message', from, message: { ...ids, data: 'aGk=' } });
    },
    fail: ([task = '']) => {
      const containerId = this.container(task);
      this.post({ kind: 'container.failed', containerId, reason: 'no space left', isTaken: true });
    },
    refuse: ([task = '']) => {
      const containerId = this.container(task);
      this.post({ kind: 'container.failed', containerId, reason: 'nobody takes it', isTaken: false });
    },
    // Folders below `slaves`, each with its age in seconds.
    found: (words) =>
      this.post({
        kind: 'folders.found',
        folders: words.map((word) => {
          const [path = '', age = '0'] = word.split('=');
          return {
            path: `${this.boot.workDir}/slaves/${path}`,
            modifiedAt: this.clock.now() - Number(age) * 1000,
          };
        }),
      }),
    removed: ([succeeded = '0', failed = '0', missing = '0']) =>
      this.post({
        kind: 'folders.removed',
        succeeded: Number(succeeded),
        failed: Number(failed),
        missing: Number(missing),
      }),
    usage: ([usage]) =>
      this.post({ kind: 'disk.measured', usage: usage === undefined ? undefined : Number(usage) }),
    garbage: () => {
      const { garbage, counters } = this.mailbox.state;
      const numbers = ['succeeded', 'failed'].map((name) => counters.get(`gc/path_removals_${name}`) ?? 0);
      this.out.push(
        `scheduled ${garbage.scheduled.size} removing ${garbage.removing} removed ${numbers.join('/')}`,
      );
    },
    advance: ([seconds = '0']) => this.clock.advance(Number(seconds) * 1000),
    crash: (words, options) => this.crash(words, options),
    // The disk holds commits back until it goes on, or refuses them.
    disk: ([how]) => {
      if (how === 'fails') {
        for (const commit of this.disk.takeHeld())
          this.post({ kind: 'checkpoint.failed', commit, reason: 'no space left on device' });
        return;
      }
      this.disk.holds = how === 'holds';
      this.answerCommits();
    },
    recoveryFailed: () => this.post({ kind: 'recovery.failed', reason: 'runc is missing' }),
    show: () => this.show(),
    stop: () => this.post({ kind: 'stop' }),
    unregister: () => this.post({ kind: 'unregister' }),
  };
}
