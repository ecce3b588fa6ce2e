/**
 * The Docker containerizer of an agent, made from its flags.
 */

import { totalmem } from 'node:os';
import type { Clock } from '../../runtime/clock';
import { holderProgram } from '../../runtime/holder/held-program';
import { StartError } from '../../runtime/lifecycle';
import type { Logger } from '../../runtime/log';
import { Timings } from '../../runtime/metrics';
import type { AgentConfig } from '../config';
import type { Hierarchies } from '../containerizer/cgroups/hierarchies';
import { environmentSecret } from '../containerizer/isolators/environment-secret';
import type { Fetching } from '../containerizer/live-container';
import type { SecretResolver } from '../containerizer/secrets/secret-resolver';
import type { DockerSettings } from './core/run-arguments';
import { DockerContainerizer } from './docker-containerizer';
import { dockerIsolator } from './docker-isolator';
import { DockerLauncher } from './docker-launcher';
import { checkDocker } from './docker-program';
import { DockerEngine } from './engine';

export interface DockerPlace {
  readonly workDir: string;
  readonly runtimeDir: string;
  readonly hierarchies: Hierarchies;
  /** The fetcher of URIs, with the files of stdout and stderr. */
  readonly fetching: Fetching;
  /** Time that the engine has for an answer; 5 seconds without it. */
  readonly answerMs?: number;
  /** Resolves the secrets of containers. */
  readonly secrets: SecretResolver;
  readonly clock: Clock;
  readonly log: Logger;
}

type DockerConfig = Pick<
  AgentConfig,
  | 'docker'
  | 'docker_socket'
  | 'docker_config'
  | 'docker_stop_timeout'
  | 'docker_remove_delay'
  | 'docker_kill_orphans'
  | 'sandbox_directory'
  | 'switch_user'
  | 'cgroups_enable_cfs'
  | 'default_container_dns'
>;

export interface DockerParts {
  readonly containerizer: DockerContainerizer;
  /** In the original's names. */
  readonly metrics: () => Record<string, number>;
  /** Ends the timers and the connections to the engine. Containers go on. */
  readonly stop: () => void;
}

/** Makes it. Rejects with a StartError where it cannot be had; an engine that is away may come back. */
export async function createDocker(config: DockerConfig, place: DockerPlace): Promise<DockerParts> {
  const holder = holderProgram();
  if (holder === undefined)
    throw new StartError(
      '--containerizers: Docker containers need the holder, which was not built: there was no C compiler',
    );
  await checkDocker({ file: config.docker });
  const { workDir, log } = place;
  const engine = new DockerEngine(config.docker_socket, place.answerMs);
  const program = { file: config.docker, socket: config.docker_socket, holder };
  const stopping = new AbortController();
  const settings = dockerSettings(config, workDir);
  const stopSeconds = Math.trunc(config.docker_stop_timeout / 1000);
  const pullTimes = new Timings('containerizer/docker/image_pull');
  const launcher = new DockerLauncher({
    program,
    engine,
    settings,
    config: config.docker_config,
    pullTimes,
    output: place.fetching.output,
    stopSeconds,
    stopped: stopping.signal,
    log,
  });
  const containerizer = new DockerContainerizer({
    ...place,
    engine,
    launcher,
    isolators: [
      dockerIsolator({ engine, settings, hierarchies: place.hierarchies }),
      environmentSecret({ secrets: place.secrets }),
    ],
    switchUser: config.switch_user,
    killsOrphans: config.docker_kill_orphans,
    removeDelayMs: config.docker_remove_delay,
    stopSeconds,
  });
  const stop = (): void => {
    stopping.abort();
    containerizer.stop();
    void engine.close();
  };
  return { containerizer, metrics: () => pullTimes.snapshot(), stop };
}

function dockerSettings(config: DockerConfig, workDir: string): DockerSettings {
  return {
    workDir,
    sandboxDirectory: config.sandbox_directory,
    enableCfs: config.cgroups_enable_cfs,
    dns: config.default_container_dns.docker,
    machineBytes: totalmem(),
  };
}
