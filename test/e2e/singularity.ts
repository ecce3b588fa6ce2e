/**
 * Singularity, HubSpot's scheduler in Java, as its users start it: the published program with a file of settings, over a
 * ZooKeeper. `scripts/setup.mjs --tests` has Maven fetch it into Maven's own repository.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../bench/free-port';
import { missingForZookeeper } from '../cluster/zookeeper/server';
import { eventually } from './eventually';

const ARTIFACT = join(__dirname, '..', 'third-party', 'singularity', 'artifact.txt');
const [COORDINATES = '', CHECKSUM = ''] = readFileSync(ARTIFACT, 'utf8').split('\n');
const JAR = jarOf(COORDINATES);
/** Its libraries are older than the walls between the modules of Java. */
const OPENED = ['java.lang', 'java.net', 'java.util'].map(
  (name) => `--add-opens=java.base/${name}=ALL-UNNAMED`,
);
const SMALL = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
/** A JVM on a machine that has much else to do. */
const START_MS = 120_000;
const STOP_MS = 10_000;

/** A file of Maven's repository, by its coordinates `group:artifact:version:type:classifier`. */
function jarOf(coordinates: string): string {
  const [group = '', artifact = '', version = '', type, classifier] = coordinates.split(':');
  const folder = join(homedir(), '.m2', 'repository', ...group.split('.'), artifact, version);
  return join(folder, `${artifact}-${version}-${classifier}.${type}`);
}

/** What is missing to run it; undefined when nothing is. */
export function missingForSingularity(): string | undefined {
  return missingForZookeeper() ?? missingJar();
}

/** Nothing is run but the file that we have seen. */
function missingJar(): string | undefined {
  if (!existsSync(JAR)) return 'SingularityService of Maven Central';
  const checksum = createHash('sha256').update(readFileSync(JAR)).digest('hex');
  return CHECKSUM === `sha256:${checksum}`
    ? undefined
    : 'SingularityService with the checksum of artifact.txt';
}

/** Its own state, as far as tests look at it. */
interface State {
  readonly hostStates: readonly { readonly mesosConnected: boolean }[];
}

export class Singularity {
  /** All that it has printed. */
  log = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {
    const args = [...SMALL, `-Djdk.net.hosts.file=${join(folder, 'hosts')}`, '-jar', JAR];
    this.child = spawn('java', [...args, 'server', join(folder, 'settings.yaml')], {
      cwd: folder,
      // Read by those versions of Java alone that have modules.
      env: { PATH: process.env['PATH'], JDK_JAVA_OPTIONS: OPENED.join(' ') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.ended = new Promise((resolve) => this.child.once('close', () => resolve()));
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.log += chunk.toString();
      });
  }

  /** One that is connected to this master, `HOST:PORT`. */
  static async start(master: string, zookeeperPort: number): Promise<Singularity> {
    const folder = mkdtempSync(join(tmpdir(), 'singularity-'));
    const port = await freePort();
    const settings = settingsOf(port, master, zookeeperPort);
    writeFileSync(join(folder, 'settings.yaml'), JSON.stringify(settings));
    // Its ZooKeeper client asks newer Javas for the second name: it takes the printed form of an address apart.
    writeFileSync(join(folder, 'hosts'), '127.0.0.1 localhost zookeeper zookeeper/<unresolved>\n');
    const singularity = new Singularity(folder, port);
    await eventually('Singularity', () => singularity.isConnected(), START_MS).catch(async (error) => {
      await singularity.stop();
      throw new Error(`${error}\n${singularity.log.slice(-4000)}`);
    });
    return singularity;
  }

  /** The answer of its API, which has to be a success. */
  async ask<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
    const answer = await this.request(path, init);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as Answer;
  }

  async request(path: string, init: RequestInit = {}): Promise<Response> {
    return await fetch(`http://127.0.0.1:${this.port}/singularity/api${path}`, {
      headers: { 'content-type': 'application/json' },
      ...init,
    });
  }

  async post<Answer>(path: string, body: object): Promise<Answer> {
    return await this.ask<Answer>(path, { method: 'POST', body: JSON.stringify(body) });
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    const late = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    await this.ended;
    clearTimeout(late);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async isConnected(): Promise<boolean> {
    const { hostStates } = await this.ask<State>('/state?skipCache=true');
    return hostStates.some(({ mesosConnected }) => mesosConnected);
  }
}

/** Settings of a small installation that looks at everything each second. */
function settingsOf(port: number, master: string, zookeeperPort: number): object {
  return {
    server: {
      type: 'simple',
      applicationContextPath: '/singularity',
      connector: { type: 'http', bindHost: '127.0.0.1', port },
      requestLog: { appenders: [] },
    },
    mesos: { master, frameworkName: 'Singularity', frameworkId: 'Singularity', frameworkFailoverTimeout: 60 },
    zookeeper: { quorum: `zookeeper:${zookeeperPort}`, zkNamespace: 'singularity' },
    ui: { baseUrl: `http://127.0.0.1:${port}/singularity` },
    hostname: '127.0.0.1',
    considerTaskHealthyAfterRunningForSeconds: 1,
    newTaskCheckerBaseDelaySeconds: 0,
    checkDeploysEverySeconds: 1,
    checkNewTasksEverySeconds: 1,
    checkSchedulerEverySeconds: 1,
    cleanupEverySeconds: 1,
    checkUsageEveryMillis: 1000,
    closeWaitSeconds: 1,
  };
}
