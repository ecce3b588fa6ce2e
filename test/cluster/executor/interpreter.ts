/**
 * The commands of executor scripts: an executor on a virtual clock, with its agent and its containers played by the script.
 */

import type { CheckInfo, HealthCheck, TaskInfo } from '../../../cluster/api/generated/mesos';
import type { CheckResult, ExecutorKind, TaskEnd } from '../../../cluster/executor/core/events';
import { rebuiltFrom } from '../../../cluster/executor/core/state';
import type { CheckerName } from '../../../cluster/executor/core/task';
import { type Interpreter, optionsOf } from '../../scripts/run';
import { type Player, playExecutor, taskOf } from './play-executor';

type Options = Readonly<Record<string, string>>;

export class ExecutorScript {
  private player: Player = playExecutor();
  private tasks: TaskInfo[] = [];

  readonly interpret: Interpreter = (words) => {
    const [command = '', ...rest] = words;
    const run = this.commands[command];
    if (!run) throw new Error(`no command ${command}`);
    run(rest, optionsOf(rest));
    return this.player.take();
  };

  private readonly commands: Readonly<Record<string, (words: readonly string[], options: Options) => void>> =
    {
      executor: ([kind], { capability }) => {
        this.tasks = [];
        const type = capability === 'aware' ? ('PARTITION_AWARE' as const) : ('TASK_KILLING_STATE' as const);
        const capabilities = capability === undefined ? [] : [{ type }];
        this.player = playExecutor({ kind: kind as ExecutorKind, framework: { capabilities } });
        this.player.subscribed();
      },
      launch: ([id = ''], options) => {
        const task = taskWith(id, options);
        this.tasks = [task];
        this.player.post({ kind: 'agent.launch', task });
      },
      group: (words, options) => {
        const tasks = words.filter((word) => !word.includes('=')).map((id) => taskWith(id, options));
        this.tasks.push(...tasks);
        this.player.post({ kind: 'agent.launchGroup', tasks });
      },
      started: (ids) => {
        for (const taskId of ids) this.player.post({ kind: 'task.started', taskId });
      },
      failed: ([taskId = '', ...reason]) =>
        this.player.post({ kind: 'task.failed', taskId, reason: reason.join(' ') }),
      exited: ([taskId = ''], options) =>
        this.player.post({ kind: 'task.exited', taskId, end: endOf(options) }),
      kill: ([taskId = ''], { grace }) => {
        const killPolicy = grace === undefined ? undefined : { grace_period: nanoseconds(grace) };
        this.player.post({ kind: 'agent.kill', taskId, killPolicy });
      },
      shutdown: () => this.player.post({ kind: 'agent.shutdown' }),
      acknowledge: () => this.player.acknowledge(),
      checked: ([taskId = '', checker, ...result]) =>
        this.player.post({
          kind: 'task.checked',
          taskId,
          checker: checker as CheckerName,
          result: resultOf(optionsOf(result)),
        }),
      wait: ([seconds]) => this.player.clock.advance(Number(seconds) * 1000),
      restart: ([how]) => {
        const views = this.tasks.map((info) => ({ info, containerId: `C.${info.task_id.value}` }));
        this.player.restart(
          how === 'without-state' ? rebuiltFrom(views, { framework: undefined, seed: 3 }) : undefined,
        );
      },
      subscribed: () => this.player.subscribed(),
      disconnected: () => this.player.post({ kind: 'agent.disconnected', reason: 'gone' }),
    };
}

function nanoseconds(seconds: string): { nanoseconds: bigint } {
  return { nanoseconds: BigInt(Number(seconds) * 1e9) };
}

function taskWith(id: string, { grace, completion, health, check }: Options): TaskInfo {
  return taskOf(id, {
    ...(grace !== undefined && { kill_policy: { grace_period: nanoseconds(grace) } }),
    ...(completion !== undefined && { max_completion_time: nanoseconds(completion) }),
    ...(health !== undefined && { health_check: healthOf(health) }),
    ...(check !== undefined && { check: checkOf(check) }),
  });
}

const TIMES = { delay_seconds: 1, interval_seconds: 2, timeout_seconds: 5 };

/** A port is checked by TCP, an URL by HTTP, and all else is a command. */
function healthOf(text: string): HealthCheck {
  const times = { ...TIMES, grace_period_seconds: 4, consecutive_failures: 2 };
  const url = /^(https?):\/\/(\[::1\]|127\.0\.0\.1):(\d+)(.*)$/.exec(text);
  if (/^\d+$/.test(text)) return { type: 'TCP', tcp: { port: Number(text) }, ...times };
  if (!url) return { type: 'COMMAND', command: { value: text }, ...times };
  const [, scheme, host, port, path] = url;
  const protocol = host === '[::1]' ? 'IPv6' : 'IPv4';
  return { type: 'HTTP', http: { scheme, port: Number(port), path, protocol }, ...times };
}

function checkOf(text: string): CheckInfo {
  const { type, command, http, tcp } = healthOf(text);
  return { type, command: command && { command }, http, tcp, ...TIMES };
}

function endOf({ code, signal, reason, message, state, ran }: Options): TaskEnd {
  const status = code !== undefined ? { code: Number(code) } : signal !== undefined ? { signal } : undefined;
  return { status, state, reason, message, neverRan: ran === 'never' } as TaskEnd;
}

function resultOf({ exit, http, tcp, error }: Options): CheckResult {
  if (exit !== undefined) return { status: { type: 'COMMAND', command: { exit_code: Number(exit) } } };
  if (http !== undefined) return { status: { type: 'HTTP', http: { status_code: Number(http) } } };
  if (tcp !== undefined) return { status: { type: 'TCP', tcp: { succeeded: tcp === 'yes' } } };
  return { error: error ?? 'failed' };
}
