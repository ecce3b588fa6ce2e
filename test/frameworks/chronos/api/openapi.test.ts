import { chronosDocument } from '../../../../frameworks/chronos/api/openapi';
import { BASE_OPERATIONS, ROOT_OPERATIONS } from '../../../../frameworks/chronos/api/operations';

const BODIES = {
  ScheduledJob: { type: 'object' },
  DependentJob: { type: 'object' },
  Pause: { type: 'object' },
  ElementCount: { type: 'object' },
  TaskCallback: { type: 'object' },
};

interface Described {
  readonly operationId: string;
}

const DOCUMENT = chronosDocument({
  version: '1.0',
  bases: ['/v1/scheduler', '/scheduler'],
  bodies: BODIES,
}) as {
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, object> };
};

test('each operation is there once below each base, with an id of its own', () => {
  const described = Object.values(DOCUMENT.paths).flatMap((path) => Object.values(path));
  const count = 2 * Object.keys(BASE_OPERATIONS).length + Object.keys(ROOT_OPERATIONS).length;
  expect(described.length).toBe(count);
  expect(new Set(described.map(({ operationId }) => operationId)).size).toBe(count);
});

test('each schema that is referred to is there', () => {
  const names = [...JSON.stringify(DOCUMENT).matchAll(/#\/components\/schemas\/(\w+)/g)].map(
    ([, name]) => name,
  );
  expect(Object.keys(DOCUMENT.components.schemas)).toEqual(expect.arrayContaining([...new Set(names)]));
});

test('an operation has its parameters, its body and its answers', () => {
  expect(DOCUMENT.paths['/v1/scheduler/job/{name}/pause']?.['put']).toMatchObject({
    operationId: 'pauseJob',
    parameters: [
      { name: 'name', in: 'path', required: true },
      { name: 'reason', in: 'query', required: false },
    ],
    requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Pause' } } } },
    responses: { '204': {}, default: {} },
  });
  expect(DOCUMENT.paths['/ping']?.['get']).toMatchObject({
    responses: { '200': { content: { 'text/plain': {} } } },
  });
});
