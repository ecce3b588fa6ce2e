/**
 * The part of the OCI runtime specification (1.0, config.json) that containers of the agent use.
 */

export interface RuntimeSpec {
  readonly ociVersion: string;
  readonly hostname?: string | undefined;
  readonly root: { readonly path: string; readonly readonly?: boolean | undefined };
  readonly process: Process;
  readonly mounts: readonly Mount[];
  readonly hooks?: Hooks | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly linux: Linux;
}

export interface Process {
  readonly terminal?: boolean | undefined;
  readonly cwd: string;
  /** Variables as `NAME=value`. */
  readonly env: readonly string[];
  /** The program first. */
  readonly args: readonly string[];
  readonly user: User;
  readonly rlimits?: readonly ProcessLimit[] | undefined;
  /** Without it the process keeps what the runtime has: set it in any case. */
  readonly capabilities?: Capabilities | undefined;
  readonly noNewPrivileges?: boolean | undefined;
  readonly oomScoreAdj?: number | undefined;
}

export interface User {
  readonly uid: number;
  readonly gid: number;
  readonly umask?: number | undefined;
  readonly additionalGids?: readonly number[] | undefined;
}

export interface ProcessLimit {
  /** Such as RLIMIT_NOFILE. */
  readonly type: string;
  /** 2^64 - 1 for no limit. */
  readonly soft: number | bigint;
  readonly hard: number | bigint;
}

/** Names such as CAP_CHOWN. */
export interface Capabilities {
  readonly bounding: readonly string[];
  readonly effective: readonly string[];
  readonly inheritable: readonly string[];
  readonly permitted: readonly string[];
  readonly ambient: readonly string[];
}

export interface Mount {
  /** The path in the container. */
  readonly destination: string;
  readonly type?: string | undefined;
  readonly source?: string | undefined;
  readonly options?: readonly string[] | undefined;
}

export interface Hooks {
  readonly createRuntime?: readonly Hook[] | undefined;
  readonly createContainer?: readonly Hook[] | undefined;
  readonly startContainer?: readonly Hook[] | undefined;
  readonly poststart?: readonly Hook[] | undefined;
  readonly poststop?: readonly Hook[] | undefined;
}

export interface Hook {
  readonly path: string;
  readonly args?: readonly string[] | undefined;
  readonly env?: readonly string[] | undefined;
  readonly timeout?: number | undefined;
}

export interface Linux {
  readonly namespaces: readonly Namespace[];
  /** The cgroup, below each controller of v1 or in the one tree of v2. */
  readonly cgroupsPath?: string | undefined;
  readonly resources?: LinuxResources | undefined;
  readonly devices?: readonly Device[] | undefined;
  readonly seccomp?: object | undefined;
  readonly sysctl?: Readonly<Record<string, string>> | undefined;
  readonly rootfsPropagation?: string | undefined;
  readonly maskedPaths?: readonly string[] | undefined;
  readonly readonlyPaths?: readonly string[] | undefined;
}

export interface Namespace {
  readonly type: 'pid' | 'network' | 'ipc' | 'uts' | 'mount' | 'user' | 'cgroup';
  /** An existing one to join; a new one without it. */
  readonly path?: string | undefined;
}

export interface LinuxResources {
  readonly cpu?:
    | {
        readonly shares?: number | undefined;
        /** Microseconds of processor time in each period; -1 for no limit. */
        readonly quota?: number | undefined;
        readonly period?: number | undefined;
        readonly cpus?: string | undefined;
        readonly mems?: string | undefined;
      }
    | undefined;
  readonly memory?:
    | {
        /** Bytes; -1 for no limit. */
        readonly limit?: number | undefined;
        readonly reservation?: number | undefined;
        readonly swap?: number | undefined;
        readonly disableOOMKiller?: boolean | undefined;
      }
    | undefined;
  readonly pids?: { readonly limit: number } | undefined;
  readonly blockIO?: object | undefined;
  readonly network?:
    | { readonly classID?: number | undefined; readonly priorities?: readonly object[] }
    | undefined;
  readonly hugepageLimits?: readonly { readonly pageSize: string; readonly limit: number }[] | undefined;
  readonly devices?: readonly DeviceRule[] | undefined;
  /** Files of cgroup v2 by name. */
  readonly unified?: Readonly<Record<string, string>> | undefined;
}

export interface DeviceRule {
  readonly allow: boolean;
  readonly type?: 'a' | 'b' | 'c' | undefined;
  readonly major?: number | undefined;
  readonly minor?: number | undefined;
  readonly access?: string | undefined;
}

export interface Device {
  readonly path: string;
  readonly type: 'b' | 'c' | 'u' | 'p';
  readonly major?: number | undefined;
  readonly minor?: number | undefined;
  readonly fileMode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}
