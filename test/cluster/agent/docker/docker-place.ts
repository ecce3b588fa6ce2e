/**
 * A place for tests of Docker containers: folders of their own, containerizers as agents make them, and the check that nothing
 * is left.
 */

import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { findHierarchies } from '../../../../cluster/agent/containerizer/cgroups/hierarchies';
import { NO_DNS } from '../../../../cluster/agent/containerizer/network/container-dns';
import { OutputFiles } from '../../../../cluster/agent/containerizer/output';
import { secretResolver } from '../../../../cluster/agent/containerizer/secrets/secret-resolver';
import type { ContainerSpec } from '../../../../cluster/agent/core/state/container-spec';
import { createDocker, type DockerParts } from '../../../../cluster/agent/docker/create-docker';
import type { DockerContainerizer } from '../../../../cluster/agent/docker/docker-containerizer';
import type { ContainerInfo, Resource } from '../../../../cluster/api/generated/mesos';
import { systemClock } from '../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../cluster/runtime/log';
import { expectNothingLeft } from '../../../leftovers';
import { IMAGE, type TestEngine } from './test-engine';

export const scalar = (name: string, value: number): Resource => ({
  name,
  type: 'SCALAR',
  scalar: { value },
});

type Config = Parameters<typeof createDocker>[0];

export class DockerPlace {
  readonly root = mkdtempSync(join(tmpdir(), 'meseta-docker-'));
  readonly workDir = join(this.root, 'work');
  readonly runtimeDir = join(this.root, 'run');
  private readonly agents: DockerParts[] = [];

  constructor(private readonly engine: TestEngine) {}

  /** A containerizer as an agent makes one at its start; the one before is forgotten, as by kill -9. */
  async agent(
    { secrets_dir: folder, ...more }: Partial<Config> & { readonly secrets_dir?: string } = {},
    answerMs?: number,
  ): Promise<DockerContainerizer> {
    this.stop();
    const parts = await createDocker(
      { ...this.config, ...more },
      {
        workDir: this.workDir,
        runtimeDir: this.runtimeDir,
        hierarchies: findHierarchies('/sys/fs/cgroup'),
        fetching: { output: new OutputFiles(), fetcher: { fetch: () => Promise.resolve() } },
        ...(answerMs !== undefined && { answerMs }),
        clock: systemClock(),
        log: silentLogger,
        secrets: secretResolver({ folder }),
      },
    );
    this.agents.push(parts);
    return parts.containerizer;
  }

  /** The flags of the agents. */
  get config(): Config {
    return {
      docker: 'docker',
      docker_socket: this.engine.socket,
      docker_config: undefined,
      docker_stop_timeout: 0,
      docker_remove_delay: 0,
      docker_kill_orphans: true,
      switch_user: true,
      sandbox_directory: '/mnt/mesos/sandbox',
      cgroups_enable_cfs: false,
      default_container_dns: NO_DNS,
    };
  }

  /** A command task in a container: a shell command, or without one the command of the image. */
  spec(
    value: string | undefined,
    docker: Partial<ContainerInfo.DockerInfo> = {},
    more: Partial<ContainerSpec> = {},
  ): ContainerSpec {
    const containerId = randomUUID();
    return {
      containerId,
      frameworkId: 'f',
      executorId: 'e:1',
      taskId: 't',
      directory: join(this.workDir, 'slaves/s/frameworks/f/executors/e:1/runs', containerId),
      user: undefined,
      command: value === undefined ? { shell: false } : { value },
      environment: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
      container: { type: 'DOCKER', docker: { image: IMAGE, network: 'NONE', ...docker } },
      resources: [scalar('cpus', 0.2), scalar('mem', 96)],
      limits: {},
      ...more,
    };
  }

  output({ directory }: ContainerSpec, name = 'stdout'): string {
    return readFileSync(join(directory, name), 'utf8');
  }

  private stop(): void {
    for (const agent of this.agents.splice(0)) agent.stop();
  }

  /** A test that failed may have left containers, which shall not disturb others. */
  async close(): Promise<void> {
    const until = Date.now() + 5000;
    while (this.engine.containers().length > 0 && Date.now() < until) await setTimeout(50);
    const left = this.engine.containers();
    this.engine.clear();
    this.stop();
    try {
      await expectNothingLeft({ root: this.root, empty: [join(this.runtimeDir, 'docker/containers')] });
    } finally {
      rmSync(this.root, { recursive: true, force: true });
    }
    expect(left).toEqual([]);
  }
}
