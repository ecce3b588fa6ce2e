import {
  type AgentId,
  commandExecutorOf,
  commandTaskOf,
  idError,
  idText,
  lookUp,
  type TaskId,
} from '../../../cluster/model/ids';

describe('identifiers', () => {
  it.each(['web', 'web.1', '...', 'a b', 'ü', 'x'.repeat(255), 'web.instance-1._app.1'])('take %s', (id) => {
    expect(idError(id)).toBeUndefined();
  });

  it.each([
    ['', 'ID must not be empty'],
    ['.', "'.' is disallowed"],
    ['..', "'..' is disallowed"],
    ['a/b', "'a/b' contains invalid characters"],
    ['a\\b', "'a\\b' contains invalid characters"],
    ['a\nb', "'a\nb' contains invalid characters"],
    ['a\u007f', "'a\u007f' contains invalid characters"],
    ['x'.repeat(256), 'ID must not be greater than 255 characters'],
    ['ü'.repeat(128), 'ID must not be greater than 255 characters'],
  ])('refuse %j', (id, error) => {
    expect(idError(id)).toBe(error);
  });
});

describe('kinds of identifiers', () => {
  const task: TaskId = 't1';
  const agents = new Map<AgentId, string>([['S0', 'a']]);

  it('do not stand for each other', () => {
    // @ts-expect-error A task is no agent.
    expect(agents.get(task)).toBeUndefined();
    // @ts-expect-error Nor in a look-up.
    expect(lookUp(agents, task)).toBeUndefined();
  });

  it('are looked up, also when they are left out', () => {
    expect(lookUp(agents, 'S0')).toBe('a');
    expect(lookUp(agents, undefined)).toBeUndefined();
  });

  it('are empty texts when they are left out', () => {
    expect(idText({ value: task })).toBe('t1');
    expect(idText(undefined)).toBe('');
  });

  it('of command executors are those of their tasks', () => {
    expect(commandTaskOf(commandExecutorOf(task))).toBe(task);
  });
});
