/**
 * Golden folders: a configuration (network.json) and what a container asks of it (info.json) in, the calls of plugins and of
 * iptables out, at ADD and at DEL (calls.txt). REWRITE=1 refreshes.
 */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { attach, detach } from '../../../../../cluster/agent/containerizer/network/attach';
import { readNetwork } from '../../../../../cluster/agent/containerizer/network/configuration';
import { ContainerFolder } from '../../../../../cluster/agent/containerizer/network/container-folder';
import type { ProgramEnd, RunProgram } from '../../../../../cluster/agent/containerizer/network/run-program';
import { withNetworkInfo } from '../../../../../cluster/agent/containerizer/network/steps';
import type { NetworkInfo } from '../../../../../cluster/api/generated/mesos';

const root = join(__dirname, 'golden');
const folder = mkdtempSync(join(tmpdir(), 'cni-golden-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pluginsDir = join(folder, 'plugins');
beforeAll(() => {
  mkdirSync(pluginsDir);
  for (const name of ['bridge', 'portmap', 'tuning'])
    writeFileSync(join(pluginsDir, name), '', { mode: 0o755 });
});

const end = (change: Partial<ProgramEnd> = {}): ProgramEnd => ({
  succeeded: true,
  status: 'exit status 0',
  stdout: '',
  stderr: '',
  ...change,
});
const RULE = '-A MESOS -p tcp -m comment --comment "container_id: c1" -j DNAT --to-destination 10.0.0.2:80';

/** Plugins and iptables that say what they were called with; `fails` names a plugin whose ADD fails. */
function recorder(fails: string | undefined): { run: RunProgram; calls: string[] } {
  const calls: string[] = [];
  const run: RunProgram = ({ arguments: [, file = '', ...words], environment, input }) => {
    const name = basename(file);
    if (name === 'iptables') {
      calls.push(`iptables ${words.join(' ')}`);
      if (words.includes('-S')) return Promise.resolve(end({ stdout: RULE }));
      return Promise.resolve(end({ succeeded: !words.includes('-C') && !words.includes('--list') }));
    }
    const { PATH, CNI_PATH, ...variables } = environment ?? {};
    if (PATH === undefined || CNI_PATH !== pluginsDir) throw new Error('the environment is not complete');
    const { CNI_COMMAND, ...others } = variables;
    const texts = Object.entries(others).map(([key, value]) => `${key}=${value}`);
    calls.push(`${CNI_COMMAND} ${name} ${texts.join(' ')}`, indent(input ?? ''));
    if (CNI_COMMAND === 'DEL') return Promise.resolve(end());
    if (name === fails)
      return Promise.resolve(end({ succeeded: false, stdout: '{"code":11,"msg":"try again later"}' }));
    const { cniVersion } = JSON.parse(input ?? '') as { readonly cniVersion?: string };
    const result = { cniVersion, ips: [{ address: '10.0.0.2/24' }], by: name };
    return Promise.resolve(end({ stdout: JSON.stringify(result) }));
  };
  return { run, calls };
}

function indent(json: string): string {
  return JSON.stringify(JSON.parse(json), undefined, 2).replace(/^/gm, '  ');
}

test.each(readdirSync(root).sort())('%s', async (name) => {
  const read = (file: string): string => readFileSync(join(root, name, file), 'utf8');
  const { fails, ...info } = JSON.parse(read('info.json')) as NetworkInfo & { readonly fails?: string };
  const { run, calls } = recorder(fails);
  const own = new ContainerFolder(join(folder, name), 'c1');
  own.make();
  const network = withNetworkInfo(readNetwork(read('network.json')), info);
  const attachment = { containerId: 'c1', network: network.name, interfaceName: 'eth0', folder: own };
  const added = await attach(attachment, network, { run, pluginsDir }).then(
    (result) => JSON.stringify(result.json),
    (error: Error) => error.message,
  );
  calls.push(`=> ${added}`);
  for (const left of new ContainerFolder(join(folder, name), 'c1').interfaces())
    await detach({ ...left, containerId: 'c1', folder: own }, { run, pluginsDir });
  const actual = `${calls.join('\n').replaceAll(folder, '')}\n`;
  const golden = join(root, name, 'calls.txt');
  if (process.env['REWRITE'] || !existsSync(golden)) writeFileSync(golden, actual);
  expect(actual).toBe(readFileSync(golden, 'utf8'));
});
