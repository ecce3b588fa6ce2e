/**
 * Start lines as the originals' documents and packages have them: each starts, or says what stops it and what to do.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentFlags } from '../../cluster/agent/config';
import { masterFlags, masterSettings } from '../../cluster/master/config';
import { type FlagTable, parseFlags } from '../../cluster/runtime/config/flags';
import { type DnsFlags, dnsFlags, expandDnsArgs, readDnsConfig, withDefaultFile } from '../../dns/config';
import { parseMarathonConfig } from '../../frameworks/marathon/config';
import { expandLbArgs, lbFlags, readLbConfig } from '../../lb/config';
import { expandZddArgs, readZddConfig, zddFlags } from '../../lb/edge/zdd/config';

const folder = mkdtempSync(join(tmpdir(), 'meseta-lines-'));
const home = process.cwd();
beforeAll(() => {
  writeFileSync(join(folder, 'config.json'), '{"masters": ["10.0.0.1:5050"], "port": 5353}', { mode: 0o600 });
  writeFileSync(join(folder, '1-nginx.json'), '{"id": "/nginx"}');
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

type Env = Readonly<Record<string, string>>;

function flagsOf<T extends FlagTable>(table: T, args: readonly string[], env: Env) {
  return parseFlags(table, { command: 'meseta', about: '', args, env }).flags;
}

const STARTS: Readonly<Record<string, (args: readonly string[], env: Env) => unknown>> = {
  'mesos-master': (args, env) => masterSettings(flagsOf(masterFlags, args, env)),
  'mesos-agent': (args, env) => flagsOf(agentFlags, args, env),
  marathon: (args, env) => parseMarathonConfig({ args, env }),
  'mesos-dns': (args, env) =>
    readDnsConfig(withDefaultFile(flagsOf(dnsFlags, expandDnsArgs(args), env) as DnsFlags)),
  'marathon-lb': (args, env) => readLbConfig(flagsOf(lbFlags, expandLbArgs(args), env), env),
  'zdd.py': (args, env) => readZddConfig(flagsOf(zddFlags, expandZddArgs(args), env), env),
};

/** Starts a line such as `A=b mesos-dns -v=1`; words are parted by blanks. */
function start(line: string): string {
  const words = line.split(' ');
  const position = words.findIndex((word) => word in STARTS);
  const env = Object.fromEntries(words.slice(0, position).map((word) => word.split('=') as [string, string]));
  try {
    STARTS[words[position] ?? '']?.(words.slice(position + 1), env);
    return 'starts';
  } catch (error) {
    return (error as Error).message;
  }
}

test.each([
  'mesos-master --ip=127.0.0.1 --work_dir=/var/lib/mesos',
  'mesos-master --zk=zk://10.0.0.1:2181/mesos --quorum=2 --work_dir=/var/lib/mesos --log_dir=/var/log/mesos',
  'MESOS_ZK=zk://h:2181/mesos MESOS_QUORUM=1 MESOS_WORK_DIR=/var/lib/mesos mesos-master --registry=in_memory',
  'mesos-agent --work_dir=/var/lib/mesos --master=127.0.0.1:5050',
  'mesos-agent --master=zk://10.0.0.1:2181/mesos --work_dir=/var/lib/mesos --ip=10.0.0.2 --hostname=a1 --no-hostname_lookup',
  'mesos-agent --master=127.0.0.1:5050 --credential=/home/user/agent_credential',
  'mesos-agent --master=h:5050 --isolation=cgroups/cpu,cgroups/mem --launcher=posix --gc_delay=2days --runtime_dir=/run/mesos',
  'MESOS_MASTER=h:5050 MESOS_CONTAINERIZERS=mesos MESOS_SWITCH_USER=true MESOS_LOG_DIR=/l mesos-agent',
  'mesos-agent --master=h:5050 --advertise_ip=10.0.0.9 --advertise_port=5055 --systemd_enable_support=false --docker=docker',
  'marathon --master zk://localhost:2181/mesos --disable_ha --http_address 127.0.0.1 --http_port 8080 --mesos_role marathon',
  'marathon --master zk://zk1.foo.bar:2181,zk2.foo.bar:2181/mesos --zk zk://zk1.foo.bar:2181/marathon --ha',
  'MARATHON_ZK=zk://u:p@h/m marathon --master h:5050',
  'MARATHON_MASTER=zk://h:2181/mesos MARATHON_DISABLE_HA= MARATHON_LOGGING_LEVEL=warn marathon',
  'mesos-dns',
  'mesos-dns -config=config.json',
  'mesos-dns -config config.json',
  'mesos-dns --config=config.json -v=1',
  'mesos-dns -v=2 -config=config.json -logtostderr=true -alsologtostderr',
  'mesos-dns -v -config=config.json',
  'mesos-dns -v 1 -stderrthreshold=INFO -config config.json',
  'marathon-lb sse --group external --marathon http://master.mesos:8080',
  'marathon-lb poll -m http://m1:8080 http://m2:8080 --group external --max-reload-retries 3 --log-format %(message)s',
  'marathon-lb --marathon http://localhost:8080 --group external --strict-mode --health-check --lru-cache-capacity=10',
  'marathon-lb sse -m http://u:p@m1:8080 --group * --log-level CRITICAL --archive-versions 3 --reload-interval 5',
  'zdd.py -j 1-nginx.json -m http://master.mesos:8080 -f -l http://lb.mesos:9090 --syslog-socket /dev/null',
  'zdd.py -j 1-nginx.json -m http://u:p@m:8080 -l http://lb:9090 --log-level DEBUG --log-format %(name)s --new-instances 2',
])('%s starts', (line) => {
  expect(start(line)).toBe('starts');
});

test.each([
  [
    'mesos-agent --containerizers=external --master=h:5050',
    '--containerizers: "external" cannot be used: Unknown or unsupported containerizer: external',
  ],
  [
    'mesos-agent --docker_mesos_image=m --master=h:5050',
    '--docker_mesos_image cannot be used: executors of Docker containers are in the agent',
  ],
  [
    'mesos-agent --master=h:5050 --isolation=disk/xfs',
    "Isolator 'disk/xfs' is not supported: project quotas",
  ],
  [
    'MESOS_ISOLATION=cgroups/cpus mesos-agent --master=h:5050',
    "Unknown or unsupported isolator 'cgroups/cpus'",
  ],
  [
    'MESOS_MODULES=file:///opt/m mesos-agent --master=h:5050',
    'MESOS_MODULES (--modules): "file:///opt/m" cannot be used: cannot read the file',
  ],
  [
    'mesos-agent --master=h:5050 --domain={"fault_domain":{}}',
    'cannot be used: Missing required fields: fault_domain.region, fault_domain.zone',
  ],
  ['marathon --master h:5050 --ha', '--ha: several Marathons share a ZooKeeper: --zk is missing'],
  ['marathon --master h:5050 --zk zk://h/m --disable_ha', '--disable_ha: with --zk there is an election'],
  ['marathon --master h:5050 --internal_store_backend zk', '--internal_store_backend: zk is for --zk'],
  ['marathon --master h:5050 --plugin_dir /p', '--plugin_dir: it is for --plugin_conf, which is missing'],
  [
    'marathon --master h:5050 --ssl_keystore_path m.jks',
    '--ssl_keystore_path cannot be used: Java keystores',
  ],
  [
    'mesos-dns -log_dir=/var/log -config=config.json',
    '--log_dir cannot be used: log lines go to standard error',
  ],
  ['mesos-dns -confg=config.json', "unknown option '-confg=config.json'"],
])('%s stops: %s', (line, reason) => {
  expect(start(line)).toContain(reason);
});

test('credentials in URLs are used and not repeated, or refused with the flag for them', () => {
  const zdd = STARTS['zdd.py']?.(
    '-j 1-nginx.json -m http://u:p%40w@m:8080 -l http://s:t@lb:9090'.split(' '),
    {},
  );
  expect(zdd).toMatchObject({
    zdd: { marathon: 'http://m:8080', loadBalancer: 'http://lb:9090', loadBalancerCredentials: 's:t' },
    access: { credentials: { user: 'u', password: 'p@w' } },
  });
  const marathon = STARTS['marathon']?.(['--master', 'http://p:hidden@m1:5050,http://p:hidden@m2:5050'], {});
  expect(marathon).toMatchObject({
    config: { masters: ['http://m1:5050', 'http://m2:5050'], mesosCredentials: 'p:hidden' },
  });
  const info = (marathon as { config: { info: unknown } }).config.info;
  expect(JSON.stringify(info)).toContain('http://***@m1:5050,http://***@m2:5050');
  expect(JSON.stringify(info)).not.toContain('hidden');
});

test.each([
  ['mesos-dns --masters http://u:hidden@h:5050', '--mesos-principal and --mesos-secret'],
  ['marathon --master h:1 --lb_drain http://u:hidden@h:9092', '--lb_drain_credentials'],
  ['marathon --master http://u:hidden@m:1,http://v:other@n:1', 'contradict each other'],
  ['marathon-lb --group a -m http://u:hidden@m:1 --auth-credentials a:b', 'leave one of them out'],
  [
    'zdd.py -j 1-nginx.json -m http://u:hidden@m:1 -l http://lb:1 --auth-credentials a:b',
    'leave one of them out',
  ],
  ['marathon-lb --group a -m ftp://u:hidden@m:1', 'is no URL'],
  ['zdd.py -j 1-nginx.json -m http://m:1 -l http://u:hidden@lb', 'is no URL with a port'],
])('%s is refused: %s', (line, reason) => {
  const text = start(line);
  expect(text).toContain(reason);
  expect(text).not.toContain('hidden');
});
