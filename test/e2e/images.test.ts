/**
 * Containers with images on a real agent, from a registry of the test: a task and a group, kill -9 of the agent, an image
 * that is not there, PRUNE_IMAGES, and that nothing is left of them.
 */

import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerInfo } from '../../cluster/api/generated/mesos';
import { buildImage, busyboxLayer, layer } from '../cluster/agent/containerizer/images/image-builder';
import { hasImages } from '../cluster/agent/containerizer/images/image-place';
import { RegistryServer } from '../cluster/agent/containerizer/images/registry-server';
import { AgentProcess } from './agent-process';
import { eventually } from './eventually';
import { OneMachine } from './one-machine';
import { TaskScheduler, taskOn } from './task-scheduler';

jest.setTimeout(60_000);

const withImages = hasImages ? it : it.skip;
const withImage = (name: string): { readonly container: ContainerInfo } => ({
  container: { type: 'MESOS', mesos: { image: { type: 'DOCKER', docker: { name } } } },
});

withImages('an agent runs images (skipped without root, runc, skopeo, umoci and busybox)', async () => {
  const registry = await RegistryServer.start();
  const layers = [busyboxLayer(), layer({ name: 'web\n' })];
  const config = { Env: ['PATH=/bin'], Cmd: ['/bin/cat', '/name'] };
  registry.push('web:1', buildImage({ layers, config }));
  registry.push('user:1', buildImage({ layers, config: { ...config, User: 'app' } }));
  const machine = new OneMachine();
  const master = await machine.startMaster();
  const flags = [
    '--isolation=filesystem/linux,docker/runtime,namespaces/pid',
    '--image_providers=docker',
    `--docker_registry=http://${registry.host}`,
  ];
  const agent = await AgentProcess.of(master, { flags });
  const file = join(agent.root, 'fetched');
  writeFileSync(file, 'file\n');
  agent.start();
  const scheduler = new TaskScheduler(master.http.url, { failover_timeout: 60, checkpoint: true });
  await scheduler.subscribe();
  try {
    const offer = await scheduler.offer();
    await scheduler.launch(
      offer,
      taskOn(offer, 'own', '', { command: { shell: false }, ...withImage('web:1') }),
      taskOn(offer, 'stays', 'until [ -e go ]; do sleep 0.1; done; cat /name', withImage('web:1')),
      taskOn(offer, 'missing', 'true', withImage('web:2')),
      taskOn(offer, 'fetches', '', {
        command: { value: 'cat fetched; id -u; stat -c %u . fetched stdout', uris: [{ value: file }] },
        ...withImage('user:1'),
      }),
    );
    await scheduler.states('own', 'TASK_FINISHED');
    expect(agent.outputOf('own')).toBe('web\n');
    await scheduler.states('fetches', 'TASK_FINISHED');
    expect(agent.outputOf('fetches')).toBe('file\n1234\n1234\n1234\n1234\n');
    const { reason, message } = await scheduler.states('missing', 'TASK_FAILED');
    expect(reason).toBe('REASON_CONTAINER_LAUNCH_FAILED');
    expect(message).toMatch(
      /^Failed to launch container: Failed to pull the image 'web:2': skopeo: .*manifest/,
    );
    await scheduler.states('stays', 'TASK_RUNNING');
    await agent.end('SIGKILL');
    agent.start();
    await eventually('the agent to be back', () => agent.log.includes('registered again'));
    const next = await scheduler.offer();
    await scheduler.launchGroup(next, taskOn(next, 'nested', 'cat /name; sleep 0.5', withImage('web:1')));
    await scheduler.states('nested', 'TASK_RUNNING', 'TASK_FINISHED');
    await prune(agent.url);
    expect(imagesOf(agent)).toHaveLength(1);
    await scheduler.kill('stays');
    await scheduler.states('stays', 'TASK_KILLED');
    await eventually('containers to be gone', () => rootsOf(agent).length === 0);
    await prune(agent.url);
    expect(imagesOf(agent)).toEqual([]);
  } finally {
    scheduler.stop();
    await agent.stop();
    await machine.stop();
    await registry.close();
  }
});

async function prune(url: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ type: 'PRUNE_IMAGES', prune_images: {} });
  expect((await fetch(`${url}/api/v1`, { method: 'POST', headers, body })).status).toBe(200);
}

const imagesOf = ({ workDir }: AgentProcess): readonly string[] =>
  readdirSync(join(workDir, 'store/docker/images'));

function rootsOf({ workDir }: AgentProcess): readonly string[] {
  const folder = join(workDir, 'provisioner/containers');
  return existsSync(folder) ? readdirSync(folder) : [];
}
