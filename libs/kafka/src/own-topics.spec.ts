import { describe, expect, it } from '@jest/globals';
import { topicOfGroup } from './own-topics.js';

describe('topicOfGroup', () => {
  it.each([
    ['user-group', /^user-group-control$/],
    ['..', /^\.\.-control$/],
    ['a group', /^a_group-[0-9a-f]{8}-control$/],
    ['Gruppe ä/ö', /^Gruppe____-[0-9a-f]{8}-control$/],
    ['x'.repeat(300), /^x{232}-[0-9a-f]{8}-control$/],
  ])('of %s is a legal name', (group, topic) => {
    expect(topicOfGroup(group, 'control')).toMatch(topic);
    expect(topicOfGroup(group, 'control')).toMatch(/^[a-zA-Z0-9._-]{1,249}$/);
  });

  it('keeps groups apart that are spelt alike', () => {
    expect(topicOfGroup('a b', 'control')).not.toBe(topicOfGroup('a/b', 'control'));
  });
});
