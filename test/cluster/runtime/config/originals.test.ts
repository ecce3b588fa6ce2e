/**
 * Every flag of the originals is in a class. `originals/NAME.txt` has the flags of one program, one a line, with the class:
 * works, unused (taken without effect) or refused (stops the start).
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentFlags } from '../../../../cluster/agent/config';
import { masterFlags } from '../../../../cluster/master/config';
import { STOPS_THE_START, WITHOUT_EFFECT } from '../../../../cluster/runtime/config/class-help';
import { type Flag, type FlagTable, parseFlags, UsageError } from '../../../../cluster/runtime/config/flags';
import { dnsFlags } from '../../../../dns/config';
import { CHRONOS_FLAGS } from '../../../../frameworks/chronos/config';
import { MARATHON_FLAGS } from '../../../../frameworks/marathon/config';
import { lbFlags } from '../../../../lb/config';
import { zddFlags } from '../../../../lb/edge/zdd/config';

const FOLDER = join(__dirname, 'originals');
const TABLES: Readonly<Record<string, FlagTable>> = {
  'mesos-master': masterFlags,
  'mesos-agent': agentFlags,
  marathon: MARATHON_FLAGS,
  chronos: CHRONOS_FLAGS,
  'mesos-dns': dnsFlags,
  'marathon-lb': lbFlags,
  zdd: zddFlags,
};
/** A value that no flag takes for what is done here anyway. */
const VALUE = 'something-else';

interface Row {
  readonly program: string;
  readonly name: string;
  readonly kind: string;
  readonly flag: Flag<unknown> | undefined;
}

const ROWS: readonly Row[] = readdirSync(FOLDER).flatMap((file) => {
  const program = file.replace(/\.txt$/, '');
  const lines = readFileSync(join(FOLDER, file), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [name = '', kind = ''] = line.split(' ');
    return { program, name, kind, flag: flagOf(TABLES[program] ?? {}, name) };
  });
});

/** The flag of a name of today or before. */
function flagOf(table: FlagTable, name: string): Flag<unknown> | undefined {
  return table[name] ?? Object.values(table).find(({ formerly }) => formerly === name);
}

function kindOf({ help }: Flag<unknown>): string {
  if (help.startsWith(WITHOUT_EFFECT)) return 'unused';
  return help.startsWith(STOPS_THE_START) ? 'refused' : 'works';
}

/** Parses without asking for required flags. */
function parse(program: string, args: readonly string[], env: Record<string, string> = {}) {
  const table = Object.fromEntries(
    Object.entries(TABLES[program] ?? {}).map(([name, flag]) => [name, { ...flag, required: false }]),
  );
  return parseFlags(table, { command: program, about: '', args, env }).flags;
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'was accepted';
}

const reasonOf = (help: string): string => help.slice(help.indexOf(': ') + 2);
const rowsOf = (kind: string): readonly Row[] => ROWS.filter((row) => row.kind === kind);

test('each program has its list', () => {
  expect([...new Set(ROWS.map(({ program }) => program))].sort()).toEqual(Object.keys(TABLES).sort());
});

test('each flag is in the class that its list says, and each other class gives a reason', () => {
  const wrong = ROWS.filter(({ kind, flag }) => flag === undefined || kindOf(flag) !== kind);
  expect(wrong.map(({ program, name, kind }) => `${program} --${name} is not ${kind}`)).toEqual([]);
  for (const { flag, kind } of ROWS)
    if (kind !== 'works') expect(reasonOf(flag?.help ?? '').length).toBeGreaterThan(10);
});

test('no flag is without effect or refused that is in no list', () => {
  const listed = new Set(ROWS.map(({ program, name }) => `${program} ${name}`));
  const extra = Object.entries(TABLES).flatMap(([program, table]) =>
    Object.entries(table)
      .filter(([name, flag]) => kindOf(flag) !== 'works' && !listed.has(`${program} ${name}`))
      .map(([name]) => `${program} ${name}`),
  );
  expect(extra).toEqual([]);
});

test('flags without effect are taken, on the command line and in the environment', () => {
  const kinds = ['true', '1', 'hierarchical', 'crammd5', 'local'];
  for (const { program, name, flag } of rowsOf('unused')) {
    const accepted = kinds.filter(
      (value) => refusal(() => parse(program, [`--${name}=${value}`])) === 'was accepted',
    );
    expect([program, name, accepted.length > 0]).toEqual([program, name, true]);
    if (flag?.env) parse(program, [], { [flag.env]: accepted[0] ?? '' });
  }
});

test('refused flags stop the start with the reason, on the command line and in the environment', () => {
  const refused = rowsOf('refused');
  expect(refused.length).toBeGreaterThan(10);
  for (const { program, name, flag } of refused) {
    const onlySwitch = flag?.value === undefined;
    const args = onlySwitch ? [`--${name}`] : [`--${name}=${VALUE}`];
    const reason = reasonOf(flag?.help ?? '').replace(/^except as [^:]*: /, '');
    expect(refusal(() => parse(program, args))).toBe(`--${name} cannot be used: ${reason}`);
    if (!flag?.env) continue;
    const env = { [flag.env]: onlySwitch ? '' : VALUE };
    expect(refusal(() => parse(program, [], env))).toBe(`${flag.env} (--${name}) cannot be used: ${reason}`);
  }
});

test.each([
  ['mesos-agent', '--isolation=posix/cpu,posix/mem'],
  ['mesos-agent', '--containerizers=mesos'],
  ['mesos-agent', '--launcher=posix'],
  ['mesos-agent', '--authenticatee=crammd5'],
  ['mesos-agent', '--no-http_executor_domain_sockets'],
  ['mesos-agent', '--switch_user'],
  ['mesos-agent', '--modules='],
  ['mesos-master', '--no-registry_strict'],
  ['marathon', '--disable_ha'],
  ['marathon', '--new_group_enforce_role=off'],
  ['marathon', '--metrics_name_prefix=marathon'],
  ['marathon', '--disable_metrics_statsd'],
  ['chronos', '--disable_http_compression'],
  ['chronos', '-z=a:2181'],
])('%s takes %s, which is how it is', (program, arg) => {
  expect(refusal(() => parse(program, [arg]))).toBe('was accepted');
});

test('variables that turn a switch off, and those with a name of their own, are read', () => {
  expect(parse('marathon', [], { MARATHON_DISABLE_HA: '', MARATHON_DISABLE_CHECKPOINT: '' })).toMatchObject({
    ha: false,
    checkpoint: false,
  });
  expect(refusal(() => parse('marathon', [], { MESOSPHERE_KEYSTORE_PATH: '/k' }))).toContain(
    'MESOSPHERE_KEYSTORE_PATH (--ssl_keystore_path) cannot be used: Java keystores',
  );
  expect(parse('marathon', [], { MESOSPHERE_HTTP_CREDENTIALS: 'a:b' })).toMatchObject({
    http_credentials: 'a:b',
  });
});

test('the version in the environment of images is no flag', () => {
  expect(parse('mesos-agent', [], { MESOS_VERSION: '1.11.0' })).toMatchObject({ version: false });
});
