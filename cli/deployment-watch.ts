/**
 * The watch of a deployment: a line for each change of it, and its end. A deployment that failed, or that others took
 * back or replaced, is an error.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { toggle } from '../cluster/runtime/config/flags';
import type { HttpStream } from '../cluster/runtime/http/client';
import { StartError } from '../cluster/runtime/lifecycle';
import { SseDecoder } from '../cluster/runtime/streams/sse';
import type { Api } from './api';
import type { Terminal } from './command';

/** The flag of commands that change something. */
export const watchFlag = {
  watch: toggle({ help: 'follow the deployment until it has ended; 1 if it failed', fallback: false }),
};

export interface DeploymentResult {
  readonly deploymentId: string;
}

export interface DeploymentView {
  readonly id: string;
  readonly affectedApps: readonly string[];
  readonly affectedPods?: readonly string[];
  readonly steps: readonly {
    readonly actions: readonly { readonly action: string; readonly app?: string; readonly pod?: string }[];
  }[];
  readonly currentStep: number;
  readonly totalSteps: number;
  readonly reason?: string;
  readonly startedAt?: string;
  readonly deadlineAt?: string;
}

const POLL_MS = 500;
/** Time for the event of a deployment that is not listed any more. */
const EVENT_MS = 1000;
const EVENT_POLL_MS = 50;
const TAKEN_BACK = 'it was cancelled, or another change replaced it';
const EVENTS_PATH = '/v2/events?event_type=deployment_success&event_type=deployment_failed';

export async function readDeployments(api: Pick<Api, 'json'>): Promise<readonly DeploymentView[]> {
  return (await api.json('GET', '/v2/deployments?embed=progress')) as readonly DeploymentView[];
}

/**
 * Makes a change and, with `watch`, follows the deployments that it names. Throws a StartError when one of them fails.
 * The event stream is opened before the change, so that no end is missed.
 */
export async function watchChange(
  api: Pick<Api, 'json' | 'stream'>,
  { watch }: { readonly watch: boolean },
  terminal: Pick<Terminal, 'err'>,
  change: () => Promise<readonly string[]>,
): Promise<void> {
  if (!watch) return void (await change());
  const ends = await DeploymentEnds.open(api);
  try {
    for (const id of await change())
      await watchDeployment(api, ends, id, (line) => terminal.err(`${line}\n`));
  } finally {
    ends.close();
  }
}

async function watchDeployment(
  api: Pick<Api, 'json'>,
  ends: DeploymentEnds,
  id: string,
  tell: (line: string) => void,
): Promise<void> {
  for (let last = ''; ; await sleep(POLL_MS)) {
    const deployment = (await readDeployments(api)).find((each) => each.id === id);
    if (!deployment) break;
    const { currentStep, totalSteps, reason = '' } = deployment;
    const line = `step ${currentStep} of ${totalSteps}: ${reason}`;
    if (line !== last) tell(line);
    last = line;
  }
  const failure = await ends.failureOf(id);
  if (failure !== undefined) throw new StartError(`the deployment ${id} failed: ${failure}`);
  tell(`the deployment ${id} has ended`);
}

/** The ends of deployments, as Marathon's events tell them. */
export class DeploymentEnds {
  /** By the id of the deployment; undefined for success. */
  private readonly failures = new Map<string, string | undefined>();

  private constructor(private readonly stream: HttpStream) {
    const decoder = new SseDecoder();
    stream.body.on('data', (chunk: Buffer) => {
      for (const { data } of decoder.feed(chunk)) this.take(data);
    });
  }

  static async open(api: Pick<Api, 'stream'>): Promise<DeploymentEnds> {
    return new DeploymentEnds(await api.stream(EVENTS_PATH, 'text/event-stream'));
  }

  close(): void {
    this.stream.close();
  }

  /** The reason why a deployment that is not listed any more has failed; undefined when it succeeded. */
  async failureOf(id: string): Promise<string | undefined> {
    for (let waited = 0; !this.failures.has(id) && waited < EVENT_MS; waited += EVENT_POLL_MS)
      await sleep(EVENT_POLL_MS);
    return this.failures.get(id);
  }

  private take(data: string): void {
    const { eventType, id, reason = TAKEN_BACK } = JSON.parse(data) as EndEvent;
    if (id !== undefined) this.failures.set(id, eventType === 'deployment_failed' ? reason : undefined);
  }
}

/** The original's events have no reason. */
interface EndEvent {
  readonly eventType: string;
  readonly id?: string;
  readonly reason?: string;
}
