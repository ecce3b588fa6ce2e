import type { Call } from '../../../../../cluster/api/generated/master';
import type * as mesos from '../../../../../cluster/api/generated/mesos';
import {
  operationRefusal,
  registrationRefusal,
  taskRefusal,
} from '../../../../../cluster/master/core/authorize/framework';
import { isPermitted, type Permission } from '../../../../../cluster/master/core/authorize/operator';
import { createFramework } from '../../../../../cluster/master/core/frameworks/connection';
import { changingCall } from '../../../../../cluster/master/core/operator-calls/list';
import { type ConvertingType, readConverting } from '../../../../../cluster/master/core/read/operation';
import { readTask } from '../../../../../cluster/master/core/read/task';
import { initMaster, type MasterState } from '../../../../../cluster/master/core/state/state';
import { type CallForm, type Part, partOf } from '../../../../../cluster/master/core/validate/operator-call';
import { readingCall } from '../../../../../cluster/master/edge/http/operator-reads';
import { readAcls } from '../../../../../cluster/model/acls';
import type { Principal } from '../../../../../cluster/model/principal';
import { BOOT } from '../../builders';

function masterWith(json: object): MasterState {
  const read = readAcls(json);
  if ('error' in read) throw new Error(read.error);
  return initMaster({ ...BOOT, settings: { ...BOOT.settings, acls: read.acls } });
}

const framework = { user: 'www', name: 'web', principal: 'ann', role: 'web' };
const ANY = { type: 'ANY' };
const some = (...values: string[]) => ({ values });
const task = { name: 't', task_id: { value: 't1' }, agent_id: { value: 'a' } };

describe('a framework', () => {
  const state = masterWith({
    permissive: false,
    run_tasks: [{ principals: some('ann'), users: some('www') }],
    register_frameworks: [{ principals: ANY, roles: some('web') }],
    unreserve_resources: [{ principals: ANY, reserver_principals: some('ann') }],
  });
  const known = createFramework(state, 'f1', framework);

  const refusal = (info: mesos.TaskInfo): string | undefined =>
    taskRefusal(state, known, readTask(info, known.id, 'web'));

  it('runs tasks as the user of the command, of the executor, or its own', () => {
    expect(refusal({ ...task, command: { value: 'x' } })).toBeUndefined();
    expect(refusal({ ...task, command: { user: 'root' } })).toBe(
      "Not authorized to launch task t1 of framework f1 under user 'root'",
    );
    const executor = { executor_id: { value: 'e' }, command: { user: 'root' } };
    expect(refusal({ ...task, executor })).toContain("under user 'root'");
  });

  it('registers with all of its roles or not at all, and without a role only if the ACLs are permissive', () => {
    const multi = { ...framework, role: undefined, capabilities: [{ type: 'MULTI_ROLE' } as const] };
    expect(registrationRefusal(state, framework)).toBeUndefined();
    expect(registrationRefusal(state, { ...multi, roles: ['web', 'ops'] })).toContain('{ ops, web }');
    expect(registrationRefusal(state, { ...multi, roles: [] })).toContain('with roles {  }');
    expect(registrationRefusal(masterWith({}), { ...multi, roles: [] })).toBeUndefined();
  });

  const refusalOf = (
    master: MasterState,
    operation: mesos.Offer.Operation & { readonly type: ConvertingType },
  ): string | undefined => {
    const read = readConverting(operation.type, operation);
    return 'error' in read ? read.error : operationRefusal(master, known, read);
  };

  it('gets the action that it may not do in the refusal', () => {
    const resources = [
      { name: 'cpus', type: 'SCALAR', reservations: [{ role: 'web', principal: 'bob' }] } as const,
    ];
    expect(refusalOf(state, { type: 'UNRESERVE', unreserve: { resources } })).toBe(
      'Not authorized to perform action UNRESERVE_RESOURCES on object {"value":"bob"}',
    );
    expect(refusalOf(state, { type: 'CREATE', create: { volumes: [] } })).toBe(
      'Not authorized to perform action CREATE_VOLUME on ANY object',
    );
    expect(refusalOf(initMaster(BOOT), { type: 'CREATE', create: {} })).toBeUndefined();
  });
});

describe('an operator', () => {
  const rows = [
    ['UPDATE_MAINTENANCE_SCHEDULE', 'update_maintenance_schedules', 'machines'],
    ['START_MAINTENANCE', 'start_maintenances', 'machines'],
    ['STOP_MAINTENANCE', 'stop_maintenances', 'machines'],
    ['DRAIN_AGENT', 'drain_agents', 'agents'],
    ['DEACTIVATE_AGENT', 'deactivate_agents', 'agents'],
    ['REACTIVATE_AGENT', 'reactivate_agents', 'agents'],
    ['MARK_AGENT_GONE', 'mark_agents_gone', 'agents'],
    ['SET_LOGGING_LEVEL', 'set_log_level', 'level'],
  ] as const;
  it.each(rows)('may call %s if %s allows it', (type, list, objects) => {
    const state = masterWith({ [list]: [{ principals: some('ann'), [objects]: ANY }], permissive: false });
    const may = (sender: string | undefined): boolean | undefined =>
      permits(state, sender, { type, [type.toLowerCase()]: { agent_id: { value: 'a' } } });
    expect(may('ann')).toBe(true);
    expect(may('bob')).toBe(false);
    expect(may(undefined)).toBe(false);
  });

  it('may change quotas only of roles that the ACLs name', () => {
    const state = masterWith({ update_quotas: [{ principals: ANY, roles: some('a') }], permissive: false });
    const quota = (...roles: string[]) => ({
      type: 'UPDATE_QUOTA' as const,
      update_quota: { quota_configs: roles.map((role) => ({ role })) },
    });
    expect(permits(state, undefined, quota('a'))).toBe(true);
    expect(permits(state, undefined, quota('a', 'b'))).toBe(false);
  });
});

/** The answer of a call's row about its sender; undefined without a row. */
function permits(state: MasterState, value: string | undefined, call: Call): boolean | undefined {
  const sender = value === undefined ? undefined : { value };
  const { type = 'UNKNOWN' } = call;
  const changing = changingCall(type);
  if (changing) return rowPermits(state, sender, changing, call);
  const reading = readingCall(type);
  return reading && rowPermits(state, sender, reading, call);
}

function rowPermits<T extends Call.Type>(
  state: MasterState,
  sender: Principal | undefined,
  row: CallForm<T> & { readonly permission: Permission<Part<T>> },
  call: Call,
): boolean {
  return isPermitted(state, sender, { permission: row.permission, part: partOf(row, call) as Part<T> });
}
