/** Pods as Marathon answers them, as far as the commands read them, and the one that a word names. */

import { type Api, ApiError } from '../api';
import { exactId, resolveId } from '../resolve';

export interface PodView {
  readonly id: string;
  readonly version: string;
  readonly containers: readonly {
    readonly name: string;
    readonly resources: { readonly cpus: number; readonly mem: number };
    readonly image?: { readonly id: string };
  }[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly scaling: { readonly kind: string; readonly instances: number };
  readonly role: string;
}

export interface PodStatusView {
  readonly id: string;
  readonly spec: PodView;
  readonly status: string;
  readonly statusSince: string;
  readonly instances: readonly PodInstanceView[];
  readonly terminationHistory: readonly {
    readonly instanceID: string;
    readonly terminatedAt: string;
    readonly message?: string;
    readonly containers?: readonly { readonly containerId: string; readonly lastKnownState?: string }[];
  }[];
}

interface PodInstanceView {
  readonly id: string;
  readonly status: string;
  readonly message?: string;
  readonly agentHostname?: string;
  readonly networks: readonly { readonly name?: string; readonly addresses: readonly string[] }[];
  readonly containers: readonly ContainerView[];
  readonly localVolumes?: readonly { readonly containerPath: string; readonly persistenceId: string }[];
}

interface ContainerView {
  readonly name: string;
  readonly status: string;
  readonly statusSince: string;
  readonly conditions: readonly { readonly name: string; readonly value: string }[];
  readonly endpoints: readonly { readonly name: string; readonly allocatedHostPort?: number }[];
}

/** The number of instances that run as they should. */
export function stableInstances({ instances }: PodStatusView): number {
  return instances.filter(({ status }) => status === 'STABLE').length;
}

/** The path of a pod; its id with or without the slash at the beginning. */
export function podPath(id: string): string {
  return `/v2/pods/${id.replace(/^\/+/, '').split('/').map(encodeURIComponent).join('/')}`;
}

export async function readStatuses(api: Pick<Api, 'json'>): Promise<readonly PodStatusView[]> {
  return (await api.json('GET', '/v2/pods/::status')) as readonly PodStatusView[];
}

export async function readStatus(api: Pick<Api, 'json'>, id: string): Promise<PodStatusView> {
  return (await api.json('GET', `${podPath(id)}::status`)) as PodStatusView;
}

const PODS = { name: 'Pod', list: 'meseta pod list' };

/** The id of the pod that a word means: its id, the beginning of it, or its last part. */
export async function findPod(api: Pick<Api, 'json'>, word: string, find = resolveId): Promise<string> {
  const pods = (await api.json('GET', '/v2/pods')) as readonly PodView[];
  const ids = pods.map(({ id }) => id);
  const absolute = `/${word.replace(/^\/+/, '')}`;
  if (ids.includes(absolute)) return absolute;
  const candidates = ids.map((id) => ({ id, names: [id.slice(id.lastIndexOf('/') + 1)] }));
  return find(PODS, find === exactId || word.startsWith('/') ? absolute : word, candidates);
}

/** True when there is a pod of this id. */
export async function hasPod(api: Pick<Api, 'json'>, id: string): Promise<boolean> {
  try {
    await api.json('GET', podPath(id));
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false;
    throw error;
  }
}
