/**
 * A scheduler that launches tasks: it takes the newest offer that is still good, and acknowledges each update as it comes.
 */

import type {
  ContainerInfo,
  ExecutorInfo,
  Offer,
  Resource,
  TaskInfo,
  TaskStatus,
} from '../../cluster/api/generated/mesos';
import type { Event } from '../../cluster/api/generated/scheduler';
import { eventually } from './eventually';
import { JsonScheduler } from './json-scheduler';

export const scalar = (name: string, value: number, more: Partial<Resource> = {}): Resource => ({
  name,
  type: 'SCALAR',
  scalar: { value },
  ...more,
});

/** A task with a shell command that takes little. */
export function taskOn(offer: Offer, id: string, value: string, more: Partial<TaskInfo> = {}): TaskInfo {
  return {
    name: id,
    task_id: { value: id },
    agent_id: offer.agent_id,
    command: { value },
    resources: [scalar('cpus', 0.1), scalar('mem', 32)],
    ...more,
  };
}

export class TaskScheduler extends JsonScheduler {
  /** False for a scheduler that acknowledges what it is told to. */
  acknowledgesAll = true;
  /** Ids of offers that were accepted or taken back. */
  private readonly gone = new Set<string>();

  /** An offer that is good and has a resource like this. */
  async offer(has: (resource: Resource) => boolean = () => true): Promise<Offer> {
    const isGood = ({ id, resources }: Offer): boolean =>
      !this.gone.has(id.value) && (resources?.some(has) ?? false);
    const offer = await eventually('an offer', () =>
      this.events.flatMap((event) => event.offers?.offers ?? []).findLast(isGood),
    );
    this.gone.add(offer.id.value);
    return offer;
  }

  /** An offer with all of these. Until there is one all are given back, so that their pieces come in one. */
  async offerWith(...wanted: readonly ((resource: Resource) => boolean)[]): Promise<Offer> {
    const offer = await this.offer();
    if (wanted.every((has) => offer.resources?.some(has))) return offer;
    const offers = this.events.flatMap((event) => event.offers?.offers ?? []);
    const others = offers.filter(({ id }) => !this.gone.has(id.value));
    for (const each of [offer, ...others]) {
      this.gone.add(each.id.value);
      await this.accept(each);
    }
    return await this.offerWith(...wanted);
  }

  async accept(offer: Offer, ...operations: readonly Offer.Operation[]): Promise<void> {
    const filters = { refuse_seconds: 0 };
    const accept = { offer_ids: [offer.id], operations: [...operations], filters };
    const answer = await this.call({ type: 'ACCEPT', accept });
    if (answer.status !== 202) throw new Error(`accept: ${answer.status} ${await answer.text()}`);
  }

  async launch(offer: Offer, ...tasks: readonly TaskInfo[]): Promise<void> {
    await this.accept(offer, { type: 'LAUNCH', launch: { task_infos: [...tasks] } });
  }

  /** Launches tasks of a group with the default executor, whose id is `pod`. */
  async launchGroup(offer: Offer, ...tasks: readonly TaskInfo[]): Promise<void> {
    await this.launchGroupIn(undefined, offer, ...tasks);
  }

  /** The same, with a container for the executor. */
  async launchGroupIn(
    container: ContainerInfo | undefined,
    offer: Offer,
    ...tasks: readonly TaskInfo[]
  ): Promise<void> {
    const executor: ExecutorInfo = {
      container,
      type: 'DEFAULT',
      executor_id: { value: 'pod' },
      framework_id: { value: this.frameworkId ?? '' },
      resources: [scalar('cpus', 0.1), scalar('mem', 32), scalar('disk', 32)],
    };
    const launch_group = { executor, task_group: { tasks: [...tasks] } };
    await this.accept(offer, { type: 'LAUNCH_GROUP', launch_group });
  }

  /** Expects the end of an operation with feedback, and acknowledges it. */
  async finished(id: string): Promise<void> {
    const event = await this.event(
      'UPDATE_OPERATION_STATUS',
      ({ update_operation_status: update }) => update?.status.operation_id?.value === id,
    );
    const status = event.update_operation_status?.status;
    expect([id, status?.state, status?.message]).toEqual([id, 'OPERATION_FINISHED', undefined]);
    const { agent_id, uuid } = status ?? {};
    if (!agent_id || !uuid) throw new Error(`the status of ${id} asks for no acknowledgement`);
    const acknowledge = { agent_id, operation_id: { value: id }, uuid: uuid.value };
    await this.call({ type: 'ACKNOWLEDGE_OPERATION_STATUS', acknowledge_operation_status: acknowledge });
  }

  async kill(taskId: string, graceSeconds?: number): Promise<void> {
    const policy = graceSeconds !== undefined && {
      kill_policy: { grace_period: { nanoseconds: graceSeconds * 1e9 } },
    };
    await this.call({ type: 'KILL', kill: { task_id: { value: taskId }, ...policy } });
  }

  /** Waits for states of a task, one after the other; the status with the last. */
  async states(taskId: string, ...names: readonly [string, ...string[]]): Promise<TaskStatus> {
    const [name, ...others] = names;
    const status = await this.update(taskId, name);
    const [next, ...rest] = others;
    return next === undefined ? status : await this.states(taskId, next, ...rest);
  }

  protected override heard(event: Event): void {
    super.heard(event);
    if (event.rescind) this.gone.add(event.rescind.offer_id.value);
  }

  protected override isAcknowledged(uuid: string | undefined): boolean {
    return this.acknowledgesAll || super.isAcknowledged(uuid);
  }
}
