/**
 * Hours of Marathon against a model of master and agents: random changes of apps and groups, tasks that die, updates that
 * come late or twice, agents that go and come back, offers that are few or taken back, new masters, a framework that is
 * removed, and a process that crashes in the middle of steps, fails to store, stands still and starts again.
 */

import type * as mesos from '../../../cluster/api/generated/mesos';
import {
  type Resources,
  rangesOf,
  readResources,
  reservedRole,
  scalarOf,
} from '../../../cluster/model/resources';
import { deadlineOfDeployment } from '../../../frameworks/marathon/core/deployments/policy';
import type { MarathonEffect } from '../../../frameworks/marathon/core/state/effects';
import type { MarathonEvent } from '../../../frameworks/marathon/core/state/events';
import { DEFAULT_SETTINGS, type MarathonSettings } from '../../../frameworks/marathon/core/state/settings';
import type { MarathonState } from '../../../frameworks/marathon/core/state/state';
import { InstanceChecker } from '../checkers/marathon-instances';
import { checkDurable, instanceOf, PromiseChecker } from '../checkers/marathon-promises';
import { checkRest } from '../checkers/marathon-rest';
import { checkVolumes, VolumeChecker } from '../checkers/marathon-volumes';
import { MACHINES, type Machines } from '../machines';
import { commandOf, durationOf, endOf, isHealthyAt } from '../marathon/behaviour';
import { type LaunchFacts, MarathonProcess, type MarathonTask } from '../marathon/marathon-process';
import { Requests } from '../marathon/requests';
import { APPS, type Body, PODS, STATEFUL_APP, STATEFUL_POD, Wishes } from '../marathon/wishes';
import { type AgentShape, type Faults, type ModelAgent, resourcesOf } from '../model/agents';
import { Chance } from '../model/chance';
import { ModelMaster } from '../model/master';
import { Timeline } from '../model/timeline';

const START = Date.UTC(2027, 0, 1);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** The pause in which everything comes to rest: back-off, reconciliation and cut agents take less. */
const REST_MS = 80 * MINUTE;
/** A deployment with a deadline is over so soon after it, while Marathon is awake. */
const DEADLINE_LATE_MS = 2 * MINUTE;

const FAULTS: Faults = {
  lostLaunches: 0.02,
  lostForMs: 5 * MINUTE,
  cuts: 0,
  lateUpdates: 0.03,
  lateForMs: 5 * MINUTE,
  repeatedUpdates: 0.08,
  repeatedForMs: 5 * MINUTE,
  anyOrder: false,
  reregisterMs: 2 * MINUTE,
  lostAnswers: 0.003,
};

/** Machines in three racks and two zones; the fifth has resources of its own for the role `prod`. */
function shapeOf(index: number): AgentShape {
  return {
    hostname: `host${index}`,
    resources: readResources([
      { name: 'cpus', type: 'SCALAR', scalar: { value: 8 } },
      { name: 'mem', type: 'SCALAR', scalar: { value: 1000 } },
      { name: 'disk', type: 'SCALAR', scalar: { value: 2000 } },
      { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 31_000, end: 31_030 }] } },
      ...(index === 5 ? [{ name: 'cpus', type: 'SCALAR' as const, scalar: { value: 4 }, role: 'prod' }] : []),
    ]),
    attributes: [{ name: 'rack', type: 'TEXT', text: { value: `r${1 + (index % 3)}` } }],
    domain: { fault_domain: { region: { name: 'near' }, zone: { name: `z${1 + (index % 2)}` } } },
  };
}

/** Plays so many hours, with all the checks. */
export function playDays(seed: number, hours: number, machines: Machines = MACHINES): MarathonDays {
  const world = new MarathonDays(seed, machines.marathon);
  world.play(hours);
  return world;
}

export class MarathonDays {
  readonly timeline = new Timeline(START);
  readonly chance: Chance;
  readonly marathon: MarathonProcess;
  readonly master: ModelMaster<LaunchFacts>;
  readonly promises = new PromiseChecker();
  readonly requests: Requests;
  launches = 0;
  private readonly instances = new InstanceChecker();
  private readonly volumes = new VolumeChecker();
  private readonly wishes: Wishes;
  private readonly startedAt = new WeakMap<MarathonTask, number>();
  private isQuiet = false;
  /** No probe gets an answer until then. */
  private deafUntil = 0;

  constructor(
    private readonly seed: number,
    machine: Machines['marathon'],
  ) {
    const { timeline } = this;
    const chance = new Chance(seed);
    this.chance = chance;
    this.wishes = new Wishes(chance);
    const settings = this.settings();
    this.marathon = new MarathonProcess(machine, settings, {
      timeline,
      chance,
      began: (state) => {
        this.instances.began(state);
        this.promises.began(state);
        this.volumes.began(state);
      },
      stepped: (event, _effects, state) => this.stepped(event, state),
      stored: () => undefined,
      framework: (info) => this.master.setFramework(info),
      call: (call) => {
        checkDurable(call, this.marathon.disk, (taskId, uuid) => this.stateOf(taskId, uuid));
        this.master.call(call);
      },
      perform: (effect) => this.perform(effect),
      resigned: () => undefined,
      crashed: () => {
        this.master.processDied();
        this.startAgain();
      },
    });
    this.requests = new Requests(this.marathon, chance, settings);
    this.master = this.newMaster(settings);
  }

  /** Plays the hours, then lets all come to rest, and checks. */
  play(hours: number): void {
    this.marathon.start(0);
    this.marathon.crashes = 0.001;
    this.marathon.storeFailures = 0.0005;
    for (const id of APPS.slice(0, 3)) this.requests.putApp(id, this.wishes.app(id));
    this.disturb();
    this.timeline.runUntil(START + hours * HOUR);
    this.rest();
    this.awaitStore();
    checkRest({ state: this.state, disk: this.marathon.disk, tasks: this.master.agents.tasks });
    if (this.promises.unanswered > 0) throw new Error(`${this.promises.unanswered} requests have no answer`);
    this.goOn();
    this.leave();
  }

  /** All with volumes goes, and another app has every agent make offers: nothing is left of those that are gone. */
  private leave(): void {
    const { requests, timeline, wishes } = this;
    requests.change({ remove: [STATEFUL_APP], removePods: [STATEFUL_POD] }, true);
    timeline.runUntil(timeline.now + 5 * MINUTE);
    const constraints = [['hostname', 'UNIQUE']];
    requests.putApp('/prod/u', { ...wishes.statefulApp('/prod/u'), instances: 5, constraints }, true);
    timeline.runUntil(timeline.now + 5 * MINUTE);
    checkVolumes(this.state, this.master.agents.agents);
  }

  private settings(): MarathonSettings {
    const { seed } = this;
    return {
      ...DEFAULT_SETTINGS,
      failoverTimeoutSeconds: seed % 4 === 0 ? 1200 : 604_800,
      launchTokens: seed % 3 === 0 ? 3 : 100,
      maxInstancesPerOffer: seed % 5 === 0 ? 1 : 5,
      killChunkSize: seed % 7 === 0 ? 2 : 100,
      declineOfferMs: seed % 2 === 0 ? 10 * SECOND : 2 * MINUTE,
      taskLaunchMs: 2 * MINUTE,
      taskLaunchConfirmMs: 2 * MINUTE,
      versionsKept: seed % 6 === 0 ? 4 : 50,
      healthStormGuard: seed % 8 !== 0,
    };
  }

  private newMaster({ failoverTimeoutSeconds }: MarathonSettings): ModelMaster<LaunchFacts> {
    const { timeline, chance, marathon } = this;
    return new ModelMaster<LaunchFacts>({
      timeline,
      chance,
      scheduler: marathon,
      shapes: [1, 2, 3, 4, 5].map(shapeOf),
      faults: FAULTS,
      failoverMs: failoverTimeoutSeconds * SECOND,
      duration: (task) => durationOf(task, chance),
      endOf,
      launching: (info, _agent, resources) => this.launching(info, resources),
      converting: (operation) => this.volumes.converting(this.state, operation),
      givenUp: ({ total }) => this.volumes.agentLost(total),
      started: (task) => this.started(task),
      ended: () => undefined,
    });
  }

  private launching(info: mesos.TaskInfo, resources: Resources): LaunchFacts {
    this.launches++;
    const taskId = info.task_id.value;
    this.volumes.launched(this.state, taskId, instanceOf(taskId), resources);
    return {
      instanceId: instanceOf(info.task_id.value),
      command: info.command?.value ?? '',
      ports: rangesOf(resourcesOf(info.resources), 'ports').flatMap(([begin, end]) =>
        Array.from({ length: end - begin + 1 }, (_none, index) => begin + index),
      ),
      isChecked: info.health_check !== undefined,
    };
  }

  private get state(): MarathonState {
    if (this.marathon.state === undefined) throw new Error('Marathon is down');
    return this.marathon.state;
  }

  private stepped(event: MarathonEvent, state: MarathonState): void {
    this.instances.stepped(event, state);
    this.promises.stepped(event, state);
    this.volumes.stepped(event, state);
    this.checkDeadlines(event.at, state);
  }

  private perform(effect: MarathonEffect): void {
    if (effect.kind === 'answer') this.promises.answered(effect.request, effect.answer, this.state);
    else if (effect.kind === 'publish') this.promises.published(effect.event, this.state);
    else if (effect.kind === 'probe') this.probe(effect);
  }

  /** The state that an update tells, as the agent has it. */
  private stateOf(taskId: string, uuid: string): MarathonTask['state'] | undefined {
    const { updates } = this.master.agents.tasks.get(taskId) ?? { updates: [] };
    return updates.find((update) => update.uuid === uuid)?.state;
  }

  private checkDeadlines(now: number, state: MarathonState): void {
    if (!this.marathon.hasBeenAwakeFor(DEADLINE_LATE_MS)) return;
    for (const deployment of state.deployments.values()) {
      const deadline = deadlineOfDeployment(state, deployment);
      if (deadline !== undefined && now > deadline + DEADLINE_LATE_MS)
        throw new Error(`the deployment ${deployment.id} goes on after its deadline`);
    }
  }

  private probe({ probe, target, purpose, check }: Extract<MarathonEffect, { kind: 'probe' }>): void {
    const { marathon, timeline, chance } = this;
    marathon.whileAlive(timeline.now + chance.between(5, 2000), () => {
      const ok = timeline.now >= this.deafUntil && this.answers(check.host, check.port);
      const result = ok ? { ok } : { ok, cause: 'refused' };
      marathon.post({ kind: 'probed', probe, target, purpose, result });
    });
  }

  /** A process that listens there is well. */
  private answers(host: string, port: number): boolean {
    for (const task of this.master.agents.tasks.values()) {
      if (task.state !== 'TASK_RUNNING' || task.agent.isCut) continue;
      if (task.agent.shape.hostname === host && task.ports.includes(port)) return this.isHealthy(task);
    }
    return false;
  }

  private isHealthy(task: MarathonTask): boolean {
    return isHealthyAt(task, this.startedAt.get(task) ?? 0, this.timeline.now);
  }

  /** The process of a task begins; its agent performs the checks of Mesos while it runs. */
  private started(task: MarathonTask): void {
    const { timeline, master } = this;
    this.startedAt.set(task, timeline.now);
    if (!task.isChecked) return;
    const check = (): void => {
      if (task.state !== 'TASK_RUNNING') return;
      master.agents.report(task, this.isHealthy(task));
      timeline.after(15 * SECOND, check);
    };
    timeline.after(5 * SECOND, check);
  }

  /** A supervisor: it starts what has crashed, mostly soon. */
  private startAgain(): void {
    const { chance, isQuiet } = this;
    const pause = chance.is(0.1) && !isQuiet ? 25 * MINUTE : 20 * SECOND;
    this.timeline.after(chance.between(SECOND, pause), () =>
      this.marathon.start(this.isQuiet ? 0 : chance.between(0, 2 * MINUTE) - MINUTE),
    );
  }

  private disturb(): void {
    const { chance } = this;
    this.timeline.after(chance.between(SECOND, 2 * MINUTE), () => {
      if (this.isQuiet) return;
      if (this.marathon.isUp && this.marathon.canSee) {
        if (chance.is(0.6)) this.want();
        else chance.pick(this.disturbances)();
      }
      this.disturb();
    });
  }

  /** A request; sometimes the process crashes while its change is on the way to the disk. */
  private want(): void {
    const { marathon, timeline, chance } = this;
    chance.pick(this.wanted)();
    if (chance.is(0.05)) marathon.whileAlive(timeline.now + chance.between(0, 250), () => marathon.crash());
  }

  /** What users ask for. */
  private readonly wanted: readonly (() => void)[] = [
    () => this.put(this.chance.pick(APPS)),
    () => this.put(this.chance.pick(APPS)),
    () => this.putPart(this.chance.pick(APPS)),
    () => this.putPart(this.chance.pick(APPS)),
    () => this.putPart(this.chance.pick(APPS)),
    () => this.requests.putGroup('/g', this.wishes.group()),
    () => this.requests.putGroup('/g', { scaleBy: this.chance.pick([0.5, 1.5, 2]) }),
    () => this.requests.putGroup('/g', { version: this.someRoot() }),
    () => this.goBack(this.chance.pick(APPS)),
    () => this.requests.change({ putPods: [this.wishes.pod(this.chance.pick(PODS))] }),
    () => this.requests.change({ putPods: [this.wishes.pod(this.chance.pick(PODS))] }),
    () => this.scalePod(this.chance.pick(PODS)),
    () => this.requests.change({ removePods: [this.chance.pick(PODS)] }),
    () => this.putStateful(),
    () => this.putStateful(),
    () => this.putStateful(),
    () => this.scalePod(STATEFUL_POD),
    () =>
      this.requests.change(this.chance.pick([{ remove: [STATEFUL_APP] }, { removePods: [STATEFUL_POD] }])),
    () => this.requests.change({ restart: [this.chance.pick(APPS)] }),
    () => this.requests.change({ remove: [this.chance.pick(APPS)] }),
    () => this.requests.change({ removeGroups: [this.chance.pick(['/g', '/g/h', '/prod'])] }),
    () => this.requests.enforceRole('/prod'),
    () => this.requests.cancel(this.chance.pick([...this.state.deployments.keys(), 'none'])),
    () => this.requests.cancel(this.chance.pick([...this.state.deployments.keys(), 'none'])),
    () => this.requests.kill(this.someTasks()),
    () => this.requests.resetDelay(this.chance.pick(APPS)),
  ];

  private readonly disturbances: readonly (() => void)[] = [
    () => this.marathon.crash(),
    () => this.marathon.stand(this.chance.between(SECOND, 5 * MINUTE)),
    () => this.marathon.jump(this.chance.between(SECOND, 3 * MINUTE)),
    () => this.master.fill(this.chance.between(SECOND, 5 * MINUTE)),
    () => this.master.breakConnection(),
    () => this.master.failOver(this.chance.between(SECOND, 3 * MINUTE)),
    () => this.master.rescindSome(),
    () => this.chance.is(0.2) && this.master.tearDown(),
    () => this.occupy(),
    () => this.occupy(),
    () => this.cut(),
    () => this.cut(),
    () => this.killSome(),
    () => this.killSome(),
    () => {
      this.deafUntil = this.timeline.now + this.chance.between(SECOND, 5 * MINUTE);
    },
  ];

  private put(id: string): void {
    this.requests.putApp(id, this.wishes.app(id));
  }

  private putStateful(): void {
    const { chance, requests, wishes, state } = this;
    chance.pick([
      () => requests.change({ putPods: [wishes.statefulPod()] }),
      () => requests.putApp(STATEFUL_APP, wishes.statefulApp()),
      () =>
        state.apps.has(STATEFUL_APP) && requests.putApp(STATEFUL_APP, { instances: chance.between(0, 4) }),
    ])();
  }

  private putPart(id: string): void {
    if (this.state.apps.has(id)) this.requests.putApp(id, this.wishes.part());
    else this.put(id);
  }

  private scalePod(id: string): void {
    const pod = this.state.pods.get(id)?.pod;
    if (!pod) return;
    const scaling = { ...pod.scaling, instances: this.chance.between(0, 4) };
    this.requests.change({ putPods: [{ ...pod, scaling }] });
  }

  /** An app as it was in an earlier version. */
  private goBack(id: string): void {
    const versions = [...(this.state.versions.get(id)?.keys() ?? [])];
    if (versions.length > 0) this.requests.putApp(id, { version: this.chance.pick(versions) });
  }

  private someRoot(): string {
    const { history, rootVersion } = this.state;
    return this.chance.pick([rootVersion, ...history.map(({ previous }) => previous)]);
  }

  private someTasks(): string[] {
    const { byTask } = this.state;
    const isStateful = (id: string): boolean => this.state.instances.get(id)?.reservation !== undefined;
    return [...byTask].flatMap(([id, of]) => (this.chance.is(isStateful(of) ? 0.5 : 0.2) ? [id] : []));
  }

  private someAgent(): ModelAgent<LaunchFacts> {
    return this.chance.pick(this.master.agents.agents.filter(({ standing }) => standing !== 'gone'));
  }

  /** Other frameworks take cpus and ports of an agent. */
  private occupy(): void {
    const { agents } = this.master;
    const agent = this.someAgent();
    agents.occupy(agent, []);
    const free = agents.freeOf(agent).filter((resource) => reservedRole(resource) === '*');
    const value = Math.min(scalarOf(free, 'cpus'), this.chance.pick([0, 2, 5, 7.5]));
    agents.occupy(agent, readResources([{ name: 'cpus', type: 'SCALAR', scalar: { value } }]));
  }

  private cut(): void {
    const { chance } = this;
    const ms = chance.is(0.7) ? chance.between(SECOND, 3 * MINUTE) : chance.between(MINUTE, 20 * MINUTE);
    this.master.agents.cut(this.someAgent(), ms, chance.is(0.15));
  }

  /** Processes end by themselves. */
  private killSome(): void {
    const { chance, master } = this;
    const share = chance.pick([0.1, 0.3, 1]);
    for (const task of [...master.agents.tasks.values()])
      if (chance.is(share))
        master.agents.fail(task, chance.pick(['TASK_FAILED', 'TASK_FINISHED', 'TASK_LOST', 'TASK_ERROR']));
  }

  /** No more faults: within a while all that is wanted is there. Apps that cannot come up are replaced, but for one. */
  private rest(): void {
    const { timeline, marathon, master } = this;
    this.isQuiet = true;
    this.wishes.isCalm = true;
    marathon.crashes = 0;
    marathon.storeFailures = 0;
    master.agents.hasFaults = false;
    master.fill(0);
    for (const agent of master.agents.agents) master.agents.occupy(agent, []);
    timeline.after(10 * MINUTE, () => this.calm());
    timeline.runUntil(timeline.now + REST_MS);
    // The app that never comes up has stores and offers under way now and then.
    for (let tries = 0; tries < 60 && !this.isIdle(); tries++) timeline.runUntil(timeline.now + 500);
  }

  private isIdle(): boolean {
    return this.marathon.isSettled && this.state.heldOffers.size === 0 && this.promises.unanswered === 0;
  }

  /** Tasks of some apps and pods end at any time, and a store may be under way just now. */
  private awaitStore(): void {
    const { timeline } = this;
    const end = timeline.now + MINUTE;
    while (timeline.now < end && this.state.outbox.inFlight !== undefined)
      timeline.runUntil(timeline.now + 20);
  }

  private calm(): void {
    if (!this.marathon.isUp) return this.timeline.after(MINUTE, () => this.calm());
    const { requests, wishes, state } = this;
    const bodies = APPS.map((id) => ({ ...wishes.app(id), ...calmMembers(state, id), id }));
    const isMixed = this.chance.is(0.5);
    if (isMixed) requests.putApps(bodies.slice(0, 3), true);
    requests.change({ putPods: [...PODS.map((id) => wishes.pod(id)), wishes.statefulPod()] }, true);
    requests.putApp(STATEFUL_APP, wishes.statefulApp(), true);
    // Nobody else knows that an agent will not come back.
    const { agents } = this.master.agents;
    const isGone = (id: string): boolean => agents.find((agent) => agent.id === id)?.standing === 'gone';
    const bound = [...state.instances.values()].filter(({ reservation }) => reservation !== undefined);
    requests.wipe(bound.flatMap(({ id, agent }) => (agent && isGone(agent.agentId) ? [id] : [])));
    for (const body of bodies)
      if (!isMixed || !bodies.slice(0, 3).includes(body)) requests.putApp(body.id, body, true);
    const bad = commandOf(0, this.chance.pick(['crashes', 'sick']));
    requests.putApp('/bad', { ...wishes.app('/bad'), id: '/bad', cmd: bad, deploymentPolicy: {} }, true);
  }

  /** Beside an app that never comes up another one is deployed as fast as ever. */
  private goOn(): void {
    const { requests, timeline } = this;
    requests.putApp('/last', { id: '/last', cmd: commandOf(0, 'steady'), cpus: 0.1, mem: 10, instances: 3 });
    timeline.runUntil(timeline.now + MINUTE);
    const running = [...(this.state.byApp.get('/last') ?? [])].filter(
      (id) => this.state.instances.get(id)?.condition === 'Running',
    );
    if (running.length !== 3 || this.state.locks.has('/last'))
      throw new Error(`/last has ${running.length} running instances after a minute`);
  }
}

/** Members with which every app has its place. */
function calmMembers({ groups }: MarathonState, id: string): Body {
  const isEnforced = groups.get('/prod')?.enforceRole === true && id.startsWith('/prod');
  return { cpus: 0.1, constraints: [], acceptedResourceRoles: ['*'], ...(isEnforced && { role: 'prod' }) };
}
