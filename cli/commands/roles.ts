/**
 * `meseta role list|show`, `meseta quota list|set|remove` and `meseta weights list|set`: roles, quotas and weights.
 */

import { list as listFlag, text, toggle, UsageError } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import { flagCommand } from '../command';
import { listCommand } from '../list';
import { callMaster, json, type MasterTarget, masterFlags, readPage, withMaster } from '../master-api';
import { printJson, printTable } from '../print';

type Amounts = Readonly<Record<string, number>>;

/** A role in `/roles`. */
interface RoleView {
  readonly name: string;
  readonly weight: number;
  readonly quota: { readonly guarantee: Amounts; readonly limit: Amounts; readonly consumed: Amounts };
  readonly allocated: Amounts;
  readonly offered: Amounts;
  readonly reserved: Amounts;
  readonly frameworks: readonly string[];
}

async function readRoles(target: MasterTarget): Promise<readonly RoleView[]> {
  return ((await readPage(target, '/roles')) as { roles: readonly RoleView[] }).roles;
}

/** `cpus:2 mem:1024`, or a dash. */
function printAmounts(amounts: Amounts): string {
  const parts = Object.entries(amounts).map(([name, amount]) => `${name}:${amount}`);
  return parts.length === 0 ? '-' : parts.join(' ');
}

export const list = listCommand({
  flags: masterFlags,
  read: readRoles,
  print: (roles) => {
    const rows = roles.map((role) => [
      role.name,
      String(role.weight),
      String(role.frameworks.length),
      printAmounts(role.allocated),
      printAmounts(role.offered),
      printAmounts(role.reserved),
      printAmounts(role.quota.guarantee),
      printAmounts(role.quota.limit),
    ]);
    const heads = ['role', 'weight', 'frameworks', 'used', 'offered', 'reserved', 'guarantee', 'limit'];
    return printTable(heads, rows);
  },
});

export const show = flagCommand({
  flags: { ...masterFlags, json },
  positionals: ['role'],
  run: async ({ flags, positionals: [name = ''] }, terminal) => {
    const role = (await readRoles(flags)).find((candidate) => candidate.name === name);
    if (!role) throw new StartError(`Role ${name} does not exist. 'meseta role list' lists them.`);
    if (flags.json) terminal.out(printJson(role));
    else {
      const rows = [
        ['weight', String(role.weight)],
        ['used', printAmounts(role.allocated)],
        ['offered', printAmounts(role.offered)],
        ['reserved', printAmounts(role.reserved)],
        ['guarantee', printAmounts(role.quota.guarantee)],
        ['limit', printAmounts(role.quota.limit)],
        ['consumed', printAmounts(role.quota.consumed)],
        ['frameworks', role.frameworks.join(' ') || '-'],
      ];
      terminal.out(printTable([name, ''], rows));
    }
    return 0;
  },
});

interface Scalars {
  readonly [name: string]: { readonly value: number };
}

interface QuotaView {
  readonly role: string;
  readonly guarantees?: Scalars;
  readonly limits?: Scalars;
}

function amountsOf(scalars: Scalars = {}): Amounts {
  return Object.fromEntries(Object.entries(scalars).map(([name, { value }]) => [name, value]));
}

export const quotas = listCommand({
  flags: masterFlags,
  read: async (flags) => {
    const { configs = [] } = (await readPage(flags, '/quota')) as { configs?: readonly QuotaView[] };
    return configs;
  },
  print: (configs) => {
    const rows = configs.map(({ role, guarantees, limits }) => [
      role,
      printAmounts(amountsOf(guarantees)),
      printAmounts(amountsOf(limits)),
    ]);
    return printTable(['role', 'guarantee', 'limit'], rows);
  },
});

/** `cpus:2,mem:1024` as scalars of the wire. */
function readScalars(flag: string, amounts: string | undefined): Scalars {
  const parts = (amounts ?? '').split(/[,;]/).filter((part) => part.trim() !== '');
  return Object.fromEntries(
    parts.map((part) => {
      const match = /^\s*([^:\s]+)\s*:\s*(\d+(?:\.\d+)?)\s*$/.exec(part);
      if (!match) throw new UsageError(`--${flag}: "${part}" is not an amount; write it as cpus:2,mem:1024`);
      return [match[1] ?? '', { value: Number(match[2]) }];
    }),
  );
}

export const setQuota = flagCommand({
  flags: {
    ...masterFlags,
    guarantee: text({ help: 'what the role is sure to get, such as cpus:2,mem:1024', value: 'AMOUNTS' }),
    limit: text({ help: 'the most that it gets; what is not named has no limit', value: 'AMOUNTS' }),
    force: toggle({ help: 'also more than there is, or less than is used', fallback: false }),
  },
  positionals: ['role'],
  run: async ({ flags, positionals: [role = ''] }, terminal) => {
    const guarantees = readScalars('guarantee', flags.guarantee);
    const limits = readScalars('limit', flags.limit);
    if (Object.keys({ ...guarantees, ...limits }).length === 0) {
      throw new UsageError('say at least one of --guarantee and --limit');
    }
    const update_quota = { force: flags.force, quota_configs: [{ role, guarantees, limits }] };
    await callMaster(flags, { type: 'UPDATE_QUOTA', update_quota });
    terminal.out(`${role} has its quota\n`);
    return 0;
  },
});

export const removeQuota = flagCommand({
  flags: masterFlags,
  positionals: ['role'],
  run: async ({ flags, positionals: [role = ''] }, terminal) => {
    await callMaster(flags, { type: 'REMOVE_QUOTA', remove_quota: { role } });
    terminal.out(`${role} has no quota any more\n`);
    return 0;
  },
});

export const weights = listCommand({
  flags: masterFlags,
  read: async (flags) =>
    (await readPage(flags, '/weights')) as readonly { readonly role?: string; readonly weight: number }[],
  print: (all) =>
    printTable(
      ['role', 'weight'],
      all.map(({ role = '*', weight }) => [role, String(weight)]),
    ),
});

export const setWeights = flagCommand({
  flags: {
    ...masterFlags,
    weight: listFlag({ help: 'a role and its weight; may be given several times', value: 'ROLE=WEIGHT' }),
  },
  run: async ({ flags }, terminal) => {
    const all = flags.weight.map((assignment) => {
      const match = /^(.+)=(\d+(?:\.\d+)?)$/.exec(assignment);
      if (!match) throw new UsageError(`--weight: "${assignment}" is not a weight; write it as web=2.5`);
      return { role: match[1], weight: Number(match[2]) };
    });
    if (all.length === 0) throw new UsageError('say at least one --weight ROLE=WEIGHT');
    await withMaster(flags, (api) => api.text('PUT', '/weights', JSON.stringify(all)));
    terminal.out(`${all.map(({ role }) => role).join(', ')}: done\n`);
    return 0;
  },
});
