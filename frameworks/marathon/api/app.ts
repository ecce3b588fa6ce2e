/**
 * An app in canonical form: every default filled in, no deprecated member. Apps are stored, planned and shown in this
 * form.
 */

export interface App {
  readonly id: string;
  readonly cmd?: string | undefined;
  readonly args: readonly string[];
  readonly user?: string | undefined;
  readonly env: Readonly<Record<string, EnvValue>>;
  readonly instances: number;
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly gpus: number;
  readonly resourceLimits?: ResourceLimits | undefined;
  readonly executor: string;
  readonly executorResources?: ExecutorResources | undefined;
  readonly constraints: readonly (readonly string[])[];
  readonly acceptedResourceRoles: readonly string[];
  readonly role: string;
  readonly fetch: readonly Artifact[];
  readonly networks: readonly Network[];
  /** Present in host mode only. */
  readonly portDefinitions?: readonly PortDefinition[] | undefined;
  readonly requirePorts: boolean;
  readonly container?: Container | undefined;
  readonly healthChecks: readonly HealthCheck[];
  readonly check?: AppCheck | undefined;
  readonly readinessChecks: readonly ReadinessCheck[];
  readonly dependencies: readonly string[];
  readonly backoffSeconds: number;
  readonly backoffFactor: number;
  readonly maxLaunchDelaySeconds: number;
  readonly upgradeStrategy: UpgradeStrategy;
  readonly labels: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, { readonly source: string }>>;
  readonly taskKillGracePeriodSeconds?: number | undefined;
  readonly killSelection: KillSelection;
  readonly unreachableStrategy: UnreachableStrategy;
  readonly tty?: boolean | undefined;
  /** Of ours: the end of deployments that fail. */
  readonly deploymentPolicy?: DeploymentPolicy | undefined;
  /** Given by the scheduler; the empty text until then. */
  readonly version: string;
  readonly versionInfo: VersionInfo;
}

export type EnvValue = string | { readonly secret: string };
export type KillSelection = 'YOUNGEST_FIRST' | 'OLDEST_FIRST';
export type Limit = number | 'unlimited';
export type UnreachableStrategy =
  | 'disabled'
  | { readonly inactiveAfterSeconds: number; readonly expungeAfterSeconds: number };

export interface ResourceLimits {
  readonly cpus?: Limit | undefined;
  readonly mem?: Limit | undefined;
}

export interface ExecutorResources {
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
}

export interface Artifact {
  readonly uri: string;
  readonly extract: boolean;
  readonly executable: boolean;
  readonly cache: boolean;
  readonly destPath?: string | undefined;
}

export type NetworkMode = 'container' | 'container/bridge' | 'host';

export interface Network {
  readonly name?: string | undefined;
  readonly mode: NetworkMode;
  readonly labels: Readonly<Record<string, string>>;
}

export interface PortDefinition {
  readonly port: number;
  readonly name?: string | undefined;
  readonly protocol: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface PortMapping {
  readonly containerPort: number;
  readonly hostPort?: number | undefined;
  readonly servicePort: number;
  readonly protocol: string;
  readonly name?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly networkNames: readonly string[];
}

export interface Container {
  readonly type: 'MESOS' | 'DOCKER';
  readonly docker?: Docker | undefined;
  readonly volumes: readonly Volume[];
  readonly portMappings?: readonly PortMapping[] | undefined;
  readonly linuxInfo?: LinuxInfo | undefined;
}

export interface Docker {
  readonly image: string;
  readonly forcePullImage: boolean;
  readonly privileged: boolean;
  readonly parameters: readonly { readonly key: string; readonly value: string }[];
  readonly pullConfig?: { readonly secret: string } | undefined;
}

export interface Volume {
  readonly containerPath: string;
  readonly mode?: 'RO' | 'RW' | undefined;
  readonly hostPath?: string | undefined;
  readonly secret?: string | undefined;
  readonly external?: ExternalVolume | undefined;
  readonly persistent?: Persistence | undefined;
}

/** A persistent local volume: it outlives the tasks of its instance, on the disk of one agent. */
export interface Persistence {
  readonly type: 'root' | 'path' | 'mount';
  /** In MiB, as maxSize. */
  readonly size: number;
  readonly maxSize?: number | undefined;
  readonly profileName?: string | undefined;
  readonly constraints: readonly (readonly string[])[];
}

export interface ExternalVolume {
  readonly name?: string | undefined;
  readonly provider?: string | undefined;
  /** In GiB. */
  readonly size?: number | undefined;
  readonly options: Readonly<Record<string, string>>;
  readonly shared: boolean;
}

export interface LinuxInfo {
  readonly seccomp?: { readonly profileName?: string | undefined; readonly unconfined: boolean } | undefined;
  readonly ipcInfo?:
    | { readonly mode: 'PRIVATE' | 'SHARE_PARENT'; readonly shmSize?: number | undefined }
    | undefined;
}

export type HealthProtocol =
  | 'HTTP'
  | 'HTTPS'
  | 'TCP'
  | 'COMMAND'
  | 'MESOS_HTTP'
  | 'MESOS_HTTPS'
  | 'MESOS_TCP';

export interface HealthCheck {
  readonly protocol: HealthProtocol;
  readonly command?: { readonly value: string } | undefined;
  readonly path?: string | undefined;
  readonly port?: number | undefined;
  readonly portIndex?: number | undefined;
  readonly gracePeriodSeconds: number;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly maxConsecutiveFailures: number;
  readonly delaySeconds: number;
  readonly ipProtocol: 'IPv4' | 'IPv6';
  readonly ignoreHttp1xx: boolean;
}

export interface AppCheck {
  readonly http?: (CheckPort & { readonly path?: string | undefined; readonly scheme: string }) | undefined;
  readonly tcp?: CheckPort | undefined;
  readonly exec?: { readonly command: { readonly shell: string } } | undefined;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly delaySeconds: number;
}

interface CheckPort {
  readonly portIndex?: number | undefined;
  readonly port?: number | undefined;
}

export interface ReadinessCheck {
  readonly name: string;
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly path: string;
  readonly portName: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly httpStatusCodesForReady: readonly number[];
  readonly preserveLastResponse: boolean;
}

/** Members left out are those of the flags. */
export interface DeploymentPolicy {
  readonly deadlineSeconds?: number | undefined;
  readonly rollback?: boolean | undefined;
  readonly maxFailures?: number | undefined;
}

export interface UpgradeStrategy {
  readonly minimumHealthCapacity: number;
  readonly maximumOverCapacity: number;
}

export interface VersionInfo {
  readonly lastScalingAt: string;
  readonly lastConfigChangeAt: string;
}

/** A group without its members: apps and subgroups are found by their paths. */
export interface Group {
  readonly id: string;
  readonly dependencies: readonly string[];
  readonly enforceRole?: boolean | undefined;
}
