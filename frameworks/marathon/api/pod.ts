/**
 * A pod in canonical form: every default filled in. Pods are stored, planned and shown in this form.
 *
 * A pod is a group of containers that one default executor runs side by side on one agent. Members that are the same
 * as those of apps have the types of apps.
 */

import type {
  Artifact,
  EnvValue,
  ExecutorResources,
  KillSelection,
  LinuxInfo,
  Network,
  Persistence,
  ResourceLimits,
  UnreachableStrategy,
  UpgradeStrategy,
} from './app';

export interface Pod {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Given by the scheduler; the empty text until then. */
  readonly version: string;
  readonly user?: string | undefined;
  /** The variables of every container; those of a container win. */
  readonly environment: Readonly<Record<string, EnvValue>>;
  /** At least one, with names that differ. */
  readonly containers: readonly PodContainer[];
  readonly secrets: Readonly<Record<string, { readonly source: string }>>;
  readonly volumes: readonly PodVolume[];
  /** Empty for the network of the host, as is one network of that mode. */
  readonly networks: readonly Network[];
  readonly scaling: PodScaling;
  readonly scheduling: PodScheduling;
  readonly executorResources: ExecutorResources;
  readonly role: string;
  /** Of the executor, which the containers share: no seccomp here. */
  readonly linuxInfo?: LinuxInfo | undefined;
  /** True for containers that share the cgroups of their executor, as before Marathon 1.10. */
  readonly legacySharedCgroups?: true | undefined;
}

export interface PodScaling {
  readonly kind: 'fixed';
  readonly instances: number;
}

export interface PodScheduling {
  readonly backoff: PodBackoff;
  readonly upgrade: UpgradeStrategy;
  readonly placement: PodPlacement;
  readonly killSelection: KillSelection;
  readonly unreachableStrategy: UnreachableStrategy;
}

/** In seconds, fractions included. */
export interface PodBackoff {
  readonly backoff: number;
  readonly backoffFactor: number;
  readonly maxLaunchDelay: number;
}

export interface PodPlacement {
  readonly constraints: readonly PodConstraint[];
  readonly acceptedResourceRoles: readonly string[];
}

export type ConstraintOperator = 'UNIQUE' | 'CLUSTER' | 'GROUP_BY' | 'LIKE' | 'UNLIKE' | 'MAX_PER' | 'IS';

export interface PodConstraint {
  readonly fieldName: string;
  readonly operator: ConstraintOperator;
  readonly value?: string | undefined;
}

export interface PodContainer {
  readonly name: string;
  /** Without it the image has the command. */
  readonly exec?: PodExec | undefined;
  readonly resources: ContainerResources;
  readonly resourceLimits?: ResourceLimits | undefined;
  readonly endpoints: readonly Endpoint[];
  readonly linuxInfo?: LinuxInfo | undefined;
  readonly image?: PodImage | undefined;
  readonly environment: Readonly<Record<string, EnvValue>>;
  readonly user?: string | undefined;
  readonly healthCheck?: PodHealthCheck | undefined;
  readonly check?: PodCheck | undefined;
  readonly volumeMounts: readonly VolumeMount[];
  readonly artifacts: readonly Artifact[];
  readonly labels: Readonly<Record<string, string>>;
  readonly lifecycle?: PodLifecycle | undefined;
  readonly tty?: boolean | undefined;
}

export type PodCommand = { readonly shell: string } | { readonly argv: readonly string[] };

export interface PodExec {
  readonly command: PodCommand;
  /** True when the first of `argv` replaces the entrypoint of the image. */
  readonly overrideEntrypoint?: boolean | undefined;
}

export interface ContainerResources {
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly gpus: number;
}

/** A port of a container. */
export interface Endpoint {
  /** Unique in the pod. */
  readonly name: string;
  /** In container mode: the port that the process listens on; 0 for the number of the host port. */
  readonly containerPort?: number | undefined;
  /** 0 for any; there is always one outside container mode. */
  readonly hostPort?: number | undefined;
  /** As the definition names them, such as `tcp` or `http`; empty when it names none. */
  readonly protocol: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Empty for all container networks of the pod. */
  readonly networkNames: readonly string[];
}

export interface PodImage {
  readonly kind: 'DOCKER';
  readonly id: string;
  readonly pullConfig?: { readonly secret: string } | undefined;
  readonly forcePull?: boolean | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** One of three ways to look at a container; exactly one of them is there. */
export interface PodProbe {
  readonly http?: HttpProbe | undefined;
  readonly tcp?: { readonly endpoint: string } | undefined;
  readonly exec?: { readonly command: PodCommand } | undefined;
}

export interface HttpProbe {
  readonly endpoint: string;
  readonly path?: string | undefined;
  readonly scheme: 'HTTP' | 'HTTPS';
}

/** Mesos performs it: its failure kills the container. */
export interface PodHealthCheck extends PodProbe {
  readonly gracePeriodSeconds: number;
  readonly intervalSeconds: number;
  readonly maxConsecutiveFailures: number;
  readonly timeoutSeconds: number;
  readonly delaySeconds: number;
}

/** Mesos performs it: its result is reported and has no further effect. */
export interface PodCheck extends PodProbe {
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly delaySeconds: number;
}

export interface PodLifecycle {
  /** Fractions included. */
  readonly killGracePeriodSeconds?: number | undefined;
}

export interface VolumeMount {
  /** The name of a volume of the pod. */
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean | undefined;
}

/** Ephemeral with a name only: a folder of the executor's sandbox, which ends with the instance. */
export interface PodVolume {
  readonly name: string;
  /** A path on the agent, or a relative one in the sandbox of the executor. */
  readonly host?: string | undefined;
  /** The name of a secret of the pod. */
  readonly secret?: string | undefined;
  readonly persistent?: Persistence | undefined;
}
