/**
 * The place that images come from, by `--docker_registry` and the reference of each (Mesos 1.11
 * src/slave/containerizer/mesos/provisioner/docker/registry_puller.cpp, src/docker/spec.cpp). Pure.
 */

import { isAbsolute } from 'node:path';
import { type ImageReference, nameOf } from './reference';

/** The value of `--docker_registry`: a registry, or a folder of archives and layouts. */
export type DefaultRegistry =
  | { readonly kind: 'registry'; readonly host: string; readonly isPlain: boolean }
  | { readonly kind: 'folder'; readonly path: string };

/** Reads the flag. Throws with what is expected. */
export function readRegistry(text: string): DefaultRegistry {
  if (isAbsolute(text)) return { kind: 'folder', path: text };
  const [, scheme, host, rest] = /^(https?):\/\/([^/@]+)(\/.*)?$/.exec(text) ?? [];
  if (host === undefined || !['', '/', undefined].includes(rest))
    throw new Error('expected http://HOST:PORT, https://HOST:PORT, or the absolute path of a folder');
  return { kind: 'registry', host, isPlain: scheme === 'http' };
}

/** An image of a registry. */
export interface RegistryImage {
  /** `host/repository`. */
  readonly name: string;
  /** `:tag` or `@digest`. */
  readonly version: string;
  /** True when the registry is asked over plain HTTP, too. */
  readonly isPlain: boolean;
}

const HUB = 'docker.io';

/** The image of a registry that a reference means. */
export function imageInRegistry(
  reference: ImageReference,
  defaults: { readonly host: string; readonly isPlain: boolean },
): RegistryImage {
  const host = reference.registry ?? defaults.host;
  const isHub = host === HUB || host.endsWith(`.${HUB}`);
  const { repository, tag, digest } = reference;
  // Images of one word are in a folder of their own there.
  const path = isHub && !repository.includes('/') ? `library/${repository}` : repository;
  const version = digest === undefined ? `:${tag ?? 'latest'}` : `@${digest}`;
  const isPlain = host === defaults.host ? defaults.isPlain : isPlainHost(host);
  return { name: `${isHub ? HUB : host}/${path}`, version, isPlain };
}

/** Registries on this machine, and those on the port of HTTP. */
function isPlainHost(host: string): boolean {
  // An IPv6 address, in brackets, has colons itself.
  const [, name = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(host) ?? [];
  return port === '80' || (port !== undefined && ['localhost', '127.0.0.1', '[::1]'].includes(name));
}

/** A place in the folder of `--docker_registry` where an image may be, and the name that it has there. */
export interface FolderPlace {
  readonly path: string;
  readonly kind: 'archive' | 'layout';
  /** The name in a layout of several images; undefined for the only one. */
  readonly name?: string | undefined;
}

/** The places, in the order in which they are looked at: `NAME:TAG.tar`, a layout `NAME:TAG`, a layout `NAME` with TAG. */
export function placesInFolder(folder: string, reference: ImageReference): readonly FolderPlace[] {
  const name = nameOf(reference);
  const tag = reference.tag ?? 'latest';
  const places: readonly FolderPlace[] = [
    { path: `${name}:${tag}.tar`, kind: 'archive' },
    { path: `${name}:${tag}`, kind: 'layout' },
    { path: name, kind: 'layout', name: tag },
    ...(reference.tag === undefined ? [{ path: `${name}.tar`, kind: 'archive' } as const] : []),
  ];
  return places.map((place) => ({ ...place, path: `${folder}/${place.path}` }));
}
