import { idError } from '../../../cluster/model/ids';

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
