/**
 * The user of a container with an image. Pure.
 *
 * Always true: an image gives nobody rights that its task does not have. A name that the host knows is the host's, as in
 * the original, and a name that only the image knows is never root. The user that an image asks for counts where the task
 * runs as root and names nobody.
 */

import type { Identity } from '../../../runtime/identity';

/** The files of users and groups in an image, as texts. */
export interface ImageUsers {
  readonly passwd: string;
  readonly group: string;
}

/** The host's answer about a user: its ids, undefined for that of the agent, or that there is none. */
export type HostUser = { readonly identity: Identity | undefined } | { readonly unknown: string };

export interface UserRequest {
  /** The user of the container by its name, its task's or its framework's; undefined for the agent's own. */
  readonly user: string | undefined;
  /** True when the task itself names it. */
  readonly isNamed: boolean;
  /** `User` in the configuration of the image. */
  readonly imageUser: string | undefined;
  readonly host: HostUser;
  readonly users: ImageUsers;
}

/** The ids of the user; undefined for those of the agent. Throws when there is no such user. */
export function containerIdentity(request: UserRequest): Identity | undefined {
  const { user, isNamed, imageUser, host, users } = request;
  if ('unknown' in host) return strangerOf(user ?? '', users, host.unknown);
  const isRoot = host.identity === undefined || host.identity.uid === 0;
  if (user === undefined || isNamed || !isRoot || imageUser === undefined) return host.identity;
  return imageIdentity(imageUser, users);
}

/** A user that the host does not know. */
function strangerOf(user: string, users: ImageUsers, unknown: string): Identity {
  const entry = entriesOf(users.passwd).find(([name]) => name === user);
  const uid = idOf(entry?.[2]);
  const gid = idOf(entry?.[3]);
  if (uid === undefined || gid === undefined) throw new Error(`${unknown}, nor in the image`);
  if (uid === 0) throw new Error(`${unknown}, and the image makes '${user}' root`);
  return { uid, gid, groups: groupsOf(user, gid, users) };
}

/** The ids of `user[:group]` in an image, where both may be numbers (OCI image specification, config). */
function imageIdentity(text: string, users: ImageUsers): Identity {
  const [user = '', group] = text.split(':');
  const entries = entriesOf(users.passwd);
  const entry = entries.find(([name]) => name === user) ?? entries.find(([, , uid]) => uid === user);
  const uid = idOf(entry?.[2] ?? user);
  if (uid === undefined) throw new Error(`The image has no user '${user}', as which it wants to run`);
  if (group === undefined) {
    const gid = idOf(entry?.[3]) ?? 0;
    return { uid, gid, groups: groupsOf(entry?.[0], gid, users) };
  }
  const gid = idOf(entriesOf(users.group).find(([name]) => name === group)?.[2] ?? group);
  if (gid === undefined) throw new Error(`The image has no group '${group}', as which it wants to run`);
  return { uid, gid, groups: [gid] };
}

/** The groups of a user, with its own. */
function groupsOf(user: string | undefined, gid: number, { group }: ImageUsers): readonly number[] {
  const others = entriesOf(group).flatMap(([, , id, members = '']) =>
    user !== undefined && members.split(',').includes(user) ? (idOf(id) ?? []) : [],
  );
  return [...new Set([gid, ...others])];
}

function entriesOf(text: string): readonly (readonly string[])[] {
  return text.split('\n').map((line) => line.trim().split(':'));
}

const ID_MAX = 2 ** 32 - 2;

function idOf(text: string | undefined): number | undefined {
  const id = text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
  return id !== undefined && id <= ID_MAX ? id : undefined;
}
