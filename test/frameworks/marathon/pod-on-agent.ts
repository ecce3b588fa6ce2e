/**
 * A pod that really runs: one container writes into a volume that both share, the other serves what is there at an endpoint
 * and is checked by the agent.
 */

import { eventually } from '../../e2e/eventually';

const ANSWER = `q.url==='/end'?process.exit(1):r.end(require('fs').readFileSync('shared/text'))`;
const SERVE = `require('http').createServer((q,r)=>${ANSWER}).listen(process.env.ENDPOINT_WEB)`;
const RESOURCES = { cpus: 0.1, mem: 32 };
const WAIT_MS = 30_000;

const POD = {
  id: '/pod',
  containers: [
    {
      name: 'writer',
      exec: {
        command: { shell: 'echo "$MARATHON_CONTAINER_ID of $EP_HOST_WEB" > own/text && exec sleep 1000' },
      },
      resources: RESOURCES,
      volumeMounts: [{ name: 'both', mountPath: 'own' }],
    },
    {
      name: 'server',
      exec: { command: { argv: [process.execPath, '-e', SERVE] } },
      resources: { ...RESOURCES, mem: 64 },
      endpoints: [{ name: 'web', hostPort: 0, protocol: ['tcp'] }],
      healthCheck: {
        http: { endpoint: 'web', path: '/' },
        intervalSeconds: 2,
        timeoutSeconds: 1,
        delaySeconds: 1,
      },
      volumeMounts: [{ name: 'both', mountPath: 'shared' }],
    },
  ],
  volumes: [{ name: 'both' }],
  networks: [{ mode: 'host' }],
};

interface Status {
  readonly status: string;
  readonly instances: readonly {
    readonly id: string;
    readonly agentHostname: string;
    readonly containers: readonly {
      readonly name: string;
      readonly containerId: string;
      readonly status: string;
      readonly endpoints?: readonly { readonly allocatedHostPort: number; readonly healthy: boolean }[];
    }[];
  }[];
}

/** The pod runs, serves, is scaled, is launched again after a failure, and ends: all at the API of a Marathon. */
export async function playPod(api: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const send = async (method: string, path: string, body?: object): Promise<number> => {
    const answer = await fetch(api + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status;
  };
  const statusOf = (): Promise<Response> => fetch(`${api}/v2/pods/pod::status`);
  const status = async (): Promise<Status> => (await (await statusOf()).json()) as Status;
  const stable = (count: number): Promise<Status> =>
    eventually(
      `${count} instances`,
      async () => {
        const current = await status();
        return current.status === 'STABLE' && current.instances.length === count && current;
      },
      WAIT_MS,
    );
  expect(await send('POST', '/v2/pods', POD)).toBe(201);
  const { instances } = await stable(1);
  const [instance] = instances;
  const server = instance?.containers.find(({ name }) => name === 'server');
  const [endpoint] = server?.endpoints ?? [];
  expect(endpoint?.healthy).toBe(true);
  const port = endpoint?.allocatedHostPort;
  const answer = await fetch(`http://${instance?.agentHostname}:${port}/`);
  expect(await answer.text()).toBe(`writer of ${port}\n`);
  expect(await send('PUT', '/v2/pods/pod', { ...POD, scaling: { kind: 'fixed', instances: 2 } })).toBe(200);
  const both = await stable(2);
  expect(both.instances.map(({ id }) => id)).toContain(instance?.id);
  // The other container ends with it.
  await expect(fetch(`http://${instance?.agentHostname}:${port}/end`)).rejects.toThrow();
  await eventually(
    'the next tasks',
    async () => {
      const after = await status();
      const ids = after.instances.flatMap(({ containers }) =>
        containers.map(({ containerId }) => containerId),
      );
      const old = instance?.containers.map(({ containerId }) => containerId) ?? [];
      return after.status === 'STABLE' && ids.length === 4 && !old.some((id) => ids.includes(id));
    },
    WAIT_MS,
  );
  expect(await send('DELETE', '/v2/pods/pod')).toBe(202);
  await eventually('the end', async () => (await statusOf()).status === 404, WAIT_MS);
  await expect(fetch(`http://${instance?.agentHostname}:${port}/`)).rejects.toThrow();
}
