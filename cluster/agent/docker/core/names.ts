/**
 * The names of Docker containers: `mesos-ID` with the id of the container (Mesos 1.11 src/slave/containerizer/docker.cpp).
 */

const PREFIX = 'mesos-';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function containerName(containerId: string): string {
  return `${PREFIX}${containerId}`;
}

/**
 * The id of the container that has such a name; undefined for a name that no agent has given. From 0.23 to 1.3 the
 * original had the agent's id before that of the container, and `executor` stands after it for an executor of its own.
 */
export function containerIdOf(name: string): string | undefined {
  const bare = name.replace(/^\//, '');
  if (!bare.startsWith(PREFIX)) return undefined;
  const parts = bare.slice(PREFIX.length).split('.');
  const id = parts.length === 1 ? parts[0] : parts[1];
  return id !== undefined && parts.length <= 3 && UUID.test(id) ? id : undefined;
}
