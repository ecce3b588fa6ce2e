/** Random bodies of requests: apps and pods with any of the members that matter to scheduling, and groups of apps. */

import type { Pod, PodScheduling } from '../../../frameworks/marathon/api/pod';
import { container, pod } from '../../frameworks/marathon/pods';
import type { Chance } from '../model/chance';
import { commandOf, type Style } from './behaviour';

export type Body = Readonly<Record<string, unknown>>;

export const APPS = ['/a', '/b', '/g/c', '/g/d', '/g/h/e', '/prod/f'] as const;
export const PODS = ['/p', '/g/q'] as const;
/** An app and a pod with persistent volumes, in the role of their group. */
export const STATEFUL_APP = '/prod/s';
export const STATEFUL_POD = '/prod/t';
const PERSISTENT = { type: 'root', size: 50, constraints: [] } as const;
const CONSTRAINTS = [
  ['hostname', 'UNIQUE'],
  ['rack', 'GROUP_BY', '2'],
  ['rack', 'MAX_PER', '2'],
  ['rack', 'CLUSTER', 'r1'],
  ['rack', 'LIKE', 'r[12]'],
  ['rack', 'UNLIKE', 'r1'],
  ['rack', 'IS', 'r2'],
  ['@zone', 'GROUP_BY'],
  ['@zone', 'MAX_PER', '3'],
] as const;
/** Members of an app that never has a second instance. */
const SINGLE: Body = {
  labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' },
  instances: 1,
  upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
};
const SHARES = [0, 0.3, 0.5, 1] as const;
/** Instances wait for their volumes, and the next one gets those of the one before. */
const RESIDENT_APP: Body = {
  upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
  unreachableStrategy: 'disabled',
};

export class Wishes {
  private version = 0;
  /** Only apps that come up. */
  isCalm = false;

  constructor(private readonly chance: Chance) {}

  /** A whole app. */
  app(id: string): Body {
    const { chance } = this;
    return {
      id,
      cmd: this.command(),
      instances: this.instances(),
      cpus: chance.pick([0.1, 0.5, 1]),
      mem: chance.pick([10, 32]),
      backoffSeconds: chance.pick([1, 5]),
      backoffFactor: chance.pick([1.15, 2]),
      maxLaunchDelaySeconds: chance.pick([10, 300]),
      ...this.strategies(),
      ...this.checks(),
      ...this.placement(),
      ...this.policy(),
      ...(id === '/g/d' && chance.is(0.5) && { dependencies: ['/g/c'] }),
      ...(id === '/b' && chance.is(0.4) && { dependencies: ['/a'] }),
    };
  }

  /** An app with a persistent volume; what is reserved for its instances is always the same. */
  statefulApp(id: string = STATEFUL_APP): Body {
    const { chance } = this;
    return {
      ...this.app(id),
      ...this.checks(),
      id,
      role: 'prod',
      cpus: 0.1,
      mem: 10,
      labels: {},
      acceptedResourceRoles: [],
      constraints: chance.is(0.2) && !this.isCalm ? [['hostname', 'UNIQUE']] : [],
      portDefinitions: [{ port: 0, name: 'default' }],
      container: { volumes: [{ containerPath: 'data', persistent: PERSISTENT }] },
      ...RESIDENT_APP,
    };
  }

  /** A pod with a persistent volume that both containers mount. */
  statefulPod(): Pod {
    const { scheduling, containers, ...members } = this.pod(STATEFUL_POD);
    return {
      ...members,
      role: 'prod',
      volumes: [{ name: 'data', persistent: PERSISTENT }],
      containers: containers.map((part) => ({
        ...part,
        resources: { cpus: 0.1, mem: 10, disk: 0, gpus: 0 },
        volumeMounts: [{ name: 'data', mountPath: 'data' }],
      })),
      scheduling: {
        ...scheduling,
        upgrade: { ...scheduling.upgrade, maximumOverCapacity: 0 },
        unreachableStrategy: 'disabled',
      },
    };
  }

  /** A pod of two containers that behave alike. */
  pod(id: string): Pod {
    const { chance } = this;
    const command = { shell: this.command() };
    const times = { intervalSeconds: 10, timeoutSeconds: 5, delaySeconds: 0 };
    const healthCheck = chance.is(0.4)
      ? { exec: { command }, ...times, gracePeriodSeconds: 10, maxConsecutiveFailures: 3 }
      : undefined;
    const endpoint = { name: 'http', hostPort: 0, protocol: ['tcp'], labels: {}, networkNames: [] };
    const resources = { cpus: chance.pick([0.1, 0.5]), mem: 10, disk: 0, gpus: 0 };
    return pod({
      id,
      instances: this.instances(),
      executorResources: { cpus: 0.1, mem: 10, disk: 0 },
      containers: [
        container('web', { exec: { command }, resources, healthCheck, endpoints: [endpoint] }),
        container('side', { exec: { command }, resources }),
      ],
      scheduling: this.podScheduling(),
    });
  }

  private podScheduling(): Partial<PodScheduling> {
    const { chance } = this;
    const [fieldName, operator, value] = chance.pick(CONSTRAINTS);
    const isBound = !this.isCalm && chance.is(0.3);
    return {
      backoff: { backoff: chance.pick([1, 5]), backoffFactor: 1.15, maxLaunchDelay: chance.pick([10, 300]) },
      upgrade: {
        minimumHealthCapacity: chance.pick(SHARES),
        maximumOverCapacity: chance.pick(SHARES),
      },
      placement: { constraints: isBound ? [{ fieldName, operator, value }] : [], acceptedResourceRoles: [] },
      unreachableStrategy: chance.pick([
        { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
        { inactiveAfterSeconds: 120, expungeAfterSeconds: 300 },
        'disabled',
      ]),
    };
  }

  /** A part of an app. */
  part(): Body {
    const { chance } = this;
    return chance.pick([
      () => ({ instances: this.instances() }),
      () => ({ instances: this.instances() }),
      () => ({ cmd: this.command() }),
      () => ({ cmd: this.command(), instances: this.instances() }),
      () => this.strategies(),
      () => this.checks(),
      () => this.placement(),
    ])();
  }

  /** The group `/g` with some of its apps; those that it does not list go. */
  group(): Body {
    const { chance } = this;
    const apps = ['/g/c', '/g/d'].filter(() => chance.is(0.8)).map((id) => this.app(id));
    const inner = { id: 'h', ...(chance.is(0.7) && { apps: [this.app('/g/h/e')] }) };
    const isOrdered = chance.is(0.3) && apps.every(({ dependencies }) => dependencies === undefined);
    return {
      apps,
      ...(chance.is(0.8) && { groups: [{ ...inner, ...(isOrdered && { dependencies: ['/a'] }) }] }),
    };
  }

  private command(): string {
    const { chance } = this;
    const bad: Style = chance.pick(['slow', 'flaky', 'finishes', 'crashes', 'sick']);
    const style = chance.is(0.7) ? 'steady' : this.isCalm ? 'slow' : bad;
    return commandOf(++this.version, style);
  }

  private instances(): number {
    const { chance } = this;
    return chance.is(0.1) ? chance.between(0, 12) : chance.pick([0, 1, 1, 2, 3, 4]);
  }

  private strategies(): Body {
    const { chance } = this;
    return {
      upgradeStrategy: {
        minimumHealthCapacity: chance.pick(SHARES),
        maximumOverCapacity: chance.pick(SHARES),
      },
      unreachableStrategy: chance.pick([
        { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
        { inactiveAfterSeconds: 0, expungeAfterSeconds: 600 },
        { inactiveAfterSeconds: 120, expungeAfterSeconds: 300 },
        'disabled',
      ]),
      killSelection: chance.pick(['YOUNGEST_FIRST', 'OLDEST_FIRST']),
      taskKillGracePeriodSeconds: chance.pick([0, 3, 10]),
      labels: {},
      ...(chance.is(0.15) && SINGLE),
      ...(chance.is(0.15) && { acceptedResourceRoles: ['*'] }),
    };
  }

  private checks(): Body {
    const { chance } = this;
    const times = {
      gracePeriodSeconds: chance.pick([10, 60]),
      intervalSeconds: chance.pick([10, 20]),
      timeoutSeconds: 5,
      maxConsecutiveFailures: chance.pick([0, 2, 3]),
    };
    const healthChecks = chance.pick([
      [],
      [],
      [{ protocol: 'HTTP', ...times }],
      [{ protocol: 'TCP', ...times }],
      [{ protocol: 'MESOS_HTTP', ...times }],
      [
        { protocol: 'HTTP', ...times },
        { protocol: 'COMMAND', command: { value: 'true' }, ...times },
      ],
    ]);
    const readinessChecks = [{ portName: 'default', intervalSeconds: 5, timeoutSeconds: 4 }];
    return { healthChecks, readinessChecks: chance.is(0.3) ? readinessChecks : [] };
  }

  private placement(): Body {
    const { chance } = this;
    const constraints = chance.is(0.3) ? [[...chance.pick(CONSTRAINTS)]] : [];
    return {
      constraints: chance.is(0.1) ? [...constraints, ['hostname', 'UNLIKE', 'host4']] : constraints,
      portDefinitions: Array.from({ length: chance.pick([1, 1, 2]) }, (_none, index) => ({
        port: 0,
        name: index === 0 ? 'default' : 'other',
      })),
    };
  }

  private policy(): Body {
    const { chance } = this;
    if (chance.is(0.7)) return {};
    return {
      deploymentPolicy: {
        rollback: chance.is(0.7),
        ...(chance.is(0.5) && { deadlineSeconds: chance.pick([60, 300]) }),
        ...(chance.is(0.5) && { maxFailures: chance.pick([1, 3]) }),
      },
    };
  }
}
