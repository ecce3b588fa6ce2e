import {
  operationRefusal,
  registrationRefusal,
  taskRefusal,
} from '../../../../../cluster/master/core/authorize/framework';
import { mayCall } from '../../../../../cluster/master/core/authorize/operator';
import { createFramework } from '../../../../../cluster/master/core/frameworks/connection';
import { initMaster, type MasterState } from '../../../../../cluster/master/core/state/state';
import { readAcls } from '../../../../../cluster/model/acls';
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

  it('launches as the user of the command, of its executor, or its own', () => {
    expect(taskRefusal(state, known, { ...task, command: { value: 'x' } })).toBeUndefined();
    expect(taskRefusal(state, known, { ...task, command: { user: 'root' } })).toBe(
      "Not authorized to launch task t1 of framework f1 under user 'root'",
    );
    const executor = { executor_id: { value: 'e' }, command: { user: 'root' } };
    expect(taskRefusal(state, known, { ...task, executor })).toContain("under user 'root'");
  });

  it('registers with all of its roles or not at all, and without a role only where all is permitted', () => {
    const multi = { ...framework, role: undefined, capabilities: [{ type: 'MULTI_ROLE' } as const] };
    expect(registrationRefusal(state, framework)).toBeUndefined();
    expect(registrationRefusal(state, { ...multi, roles: ['web', 'ops'] })).toContain('{ ops, web }');
    expect(registrationRefusal(state, { ...multi, roles: [] })).toContain('with roles {  }');
    expect(registrationRefusal(masterWith({}), { ...multi, roles: [] })).toBeUndefined();
  });

  it('is told which action it may not do', () => {
    const resources = [
      { name: 'cpus', type: 'SCALAR', reservations: [{ role: 'web', principal: 'bob' }] } as const,
    ];
    expect(operationRefusal(state, known, { type: 'UNRESERVE', unreserve: { resources } })).toBe(
      'Not authorized to perform action UNRESERVE_RESOURCES on object {"value":"bob"}',
    );
    expect(operationRefusal(state, known, { type: 'CREATE', create: { volumes: [] } })).toBe(
      'Not authorized to perform action CREATE_VOLUME on ANY object',
    );
    expect(operationRefusal(initMaster(BOOT), known, { type: 'CREATE', create: {} })).toBeUndefined();
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
  it.each(rows)('makes %s when %s lets it', (type, list, objects) => {
    const state = masterWith({ [list]: [{ principals: some('ann'), [objects]: ANY }], permissive: false });
    expect(mayCall(state, { value: 'ann' }, { type })).toBe(true);
    expect(mayCall(state, { value: 'bob' }, { type })).toBe(false);
    expect(mayCall(state, undefined, { type })).toBe(false);
  });

  it('changes quotas of the roles it may', () => {
    const state = masterWith({ update_quotas: [{ principals: ANY, roles: some('a') }], permissive: false });
    const quota = (...roles: string[]) => ({
      type: 'UPDATE_QUOTA' as const,
      update_quota: { quota_configs: roles.map((role) => ({ role })) },
    });
    expect(mayCall(state, undefined, quota('a'))).toBe(true);
    expect(mayCall(state, undefined, quota('a', 'b'))).toBe(false);
  });
});
