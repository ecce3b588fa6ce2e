import { sandboxPage } from '../../../../../frameworks/chronos/core/runs/sandbox';

test('the page of a sandbox names framework and executor', () => {
  const place = { agentUrl: 'http://h:5051', frameworkId: 'F', executorId: 'ct:1:0:a:' };
  expect(sandboxPage(place)).toBe(
    'http://h:5051/files/browse?path=%2Fframeworks%2FF%2Fexecutors%2Fct%3A1%3A0%3Aa%3A%2Fruns%2Flatest',
  );
});

test.each([{ agentUrl: undefined }, { frameworkId: undefined }])('there is none with %j', (members) => {
  const place = { agentUrl: 'http://h:5051', frameworkId: 'F', executorId: 'e', ...members };
  expect(sandboxPage(place)).toBeUndefined();
});
