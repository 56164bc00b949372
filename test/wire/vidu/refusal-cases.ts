/** A create that must not be served, and every word of the answer. `{MEDIA}` stands for the test's media server. */
interface RefusalCase {
  readonly endpoint: string;
  readonly asks: string;
  readonly body: object;
  readonly reason: string;
  readonly message: string;
}

const image = '{MEDIA}/a.png';
const video = 'https://example.com/a.mp4';
const turbo = { model: 'viduq3-turbo', prompt: 'a fox' };
const viduq3 = { model: 'viduq3', prompt: '@fox runs' };
const fox = { name: 'fox', images: [image] };

const at = (endpoint: string, cases: readonly (readonly [string, object, string, string])[]): readonly RefusalCase[] =>
  cases.map(([asks, body, reason, message]) => ({ endpoint, asks, body, reason, message }));

export const REFUSALS: readonly RefusalCase[] = [
  ...at('text2video', [
    ['no model', { prompt: 'a fox' }, 'FieldLacking', 'model is required, such as viduq3-turbo.'],
    [
      'an unknown model',
      { ...turbo, model: 'viduq3-trubo' },
      'ModelUnavailable',
      'model is "viduq3-trubo", which does not exist here. Did you mean viduq3-turbo, viduq2-turbo, viduq3-pro? GET /v1/video/models lists all of them.',
    ],
    [
      'no prompt',
      { model: 'viduq2' },
      'FieldLacking',
      'prompt is required: say what the video shows, or send media to start from.',
    ],
    [
      'images',
      { ...turbo, images: [image] },
      'FieldUnwanted',
      'images is not a field of text2video; img2video, start-end2video or reference2video takes it.',
    ],
    [
      'a picture under another protocol’s name',
      { ...turbo, first_frame_image: image },
      'FieldUnwanted',
      'first_frame_image is not a field of this protocol; its pictures go into images (img2video: one; start-end2video: the first and the last frame; reference2video: references).',
    ],
    ['a number for a prompt', { ...turbo, prompt: 5 }, 'FieldInvalid', 'prompt is 5; it must be a string.'],
    [
      'a fraction of a second',
      { ...turbo, duration: 1.5 },
      'FieldInvalid',
      'duration is 1.5; it must be a whole number, or a string that holds one.',
    ],
    ['audio as a number', { ...turbo, audio: 1 }, 'FieldInvalid', 'audio is 1; it must be true or false.'],
    ['an unknown style', { ...turbo, style: 'noir' }, 'FieldInvalid', 'style is "noir"; it must be general or anime.'],
    [
      'a fifth corner',
      { ...turbo, watermark: true, wm_position: 5 },
      'FieldInvalid',
      'wm_position is 5; it must be 1 to 4 or top_left, top_right, bottom_right or bottom_left.',
    ],
    [
      'a callback that is no address',
      { ...turbo, callback_url: 'me' },
      'FieldInvalid',
      'callback_url is "me"; it must be an http or https URL.',
    ],
    [
      'metadata that is no JSON',
      { ...turbo, meta_data: 'mine' },
      'FieldInvalid',
      'meta_data is "mine"; it must be JSON text.',
    ],
    ['a negative seed', { ...turbo, seed: -1 }, 'FieldInvalid', 'seed is -1; viduq3-turbo takes 0 to 2147483647.'],
    [
      '11 seconds of viduq2',
      { model: 'viduq2', prompt: 'a fox', duration: 11 },
      'FieldInvalid',
      'duration is 11; viduq2 takes 1 to 10 seconds from a prompt alone.',
    ],
    [
      '4:3 of viduq1',
      { model: 'viduq1', prompt: 'a fox', aspect_ratio: '4:3' },
      'FieldInvalid',
      'aspect_ratio is "4:3"; viduq1 takes 16:9, 9:16 or 1:1 from a prompt alone.',
    ],
    [
      'a tier that a public name contradicts',
      { model: 'viduq3t-720p', prompt: 'a fox', resolution: '1080p' },
      'FieldInvalid',
      'resolution is "1080p"; viduq3t-720p takes 720p, or exact pixels such as 1280x720. The tier is part of the model’s name: choose another model for another tier.',
    ],
    [
      'a watermark of another vendor’s model',
      { model: 'veo3.1-video-720p', prompt: 'a fox', watermark: true },
      'FieldUnwanted',
      'watermark is not supported by veo3.1-video-720p from a prompt alone. Options here: negative_prompt, enhance_prompt, person_generation, compression_quality.',
    ],
    [
      'off-peak hours where there are none',
      { model: 'veo3.1-video-720p', prompt: 'a fox', off_peak: true },
      'FieldUnwanted',
      'off_peak is true, but veo3.1-video-720p has no off-peak hours from a prompt alone.',
    ],
  ]),
  ...at('img2video', [
    ['no image', turbo, 'FieldLacking', 'images is required: img2video takes exactly 1 image.'],
    [
      'two images',
      { ...turbo, images: [image, image] },
      'FieldItemCountOutOfRange',
      'images holds 2; img2video takes exactly 1 image.',
    ],
    [
      'images that are no array',
      { ...turbo, images: image },
      'FieldInvalid',
      'images is "{MEDIA}/a.png"; it must be an array.',
    ],
    [
      'sound in off-peak hours before Q3',
      { model: 'viduq2-turbo', images: [image], audio: true, off_peak: true },
      'FieldInvalid',
      'viduq2-turbo makes no sound in off-peak hours.',
    ],
    [
      'a voice without sound',
      { model: 'viduq2-turbo', images: [image], voice_id: 'professional_host' },
      'FieldInvalid',
      'voice_id goes along with sound only: ask for audio too, or leave it out.',
    ],
    [
      'vidu2.0 for 8 s at 1080p',
      { model: 'vidu2.0', images: [image], duration: 8, resolution: '1080p' },
      'FieldInvalid',
      'resolution is "1080p"; vidu2.0 takes 720p at 8 seconds.',
    ],
  ]),
  ...at('start-end2video', [
    [
      'one image',
      { ...turbo, images: [image] },
      'FieldItemCountOutOfRange',
      'images holds 1; start-end2video takes exactly 2 images, the first frame and the last.',
    ],
    [
      '9 s of viduq2-pro',
      { model: 'viduq2-pro', images: [image, image], duration: 9 },
      'FieldInvalid',
      'duration is 9; viduq2-pro takes 1 to 8 seconds from a first and a last frame.',
    ],
  ]),
  ...at('reference2video', [
    ['no references', turbo, 'FieldLacking', 'images holds 0 reference images; viduq3-turbo takes 1 to 7.'],
    [
      '8 references',
      { ...turbo, images: Array(8).fill(image) },
      'FieldItemCountOutOfRange',
      'images holds 8 reference images; viduq3-turbo takes 1 to 7.',
    ],
    [
      '2 seconds',
      { ...turbo, images: [image], duration: 2 },
      'FieldInvalid',
      'duration is 2; viduq3-turbo takes 3 to 16 seconds from references.',
    ],
    [
      'viduq3-mix in off-peak hours',
      { model: 'viduq3-mix', prompt: 'a fox', images: [image], off_peak: true },
      'FieldUnwanted',
      'off_peak is true, but viduq3-mix has no off-peak hours from references.',
    ],
    [
      'viduq3-mix with subjects',
      { ...viduq3, model: 'viduq3-mix', subjects: [fox] },
      'FieldUnwanted',
      'subjects is not supported by viduq3-mix from references. Options here: movement_amplitude, watermark, wm_position, wm_url, meta_data.',
    ],
    [
      'videos of a model without',
      { ...turbo, images: [image], videos: [video] },
      'FieldUnwanted',
      'videos[0] is not supported: from references, viduq3-turbo takes 1 to 7 reference images.',
    ],
    [
      'sounds',
      { ...turbo, images: [image], sounds: ['https://example.com/a.mp3'] },
      'FieldUnwanted',
      'sounds[0] is not supported: from references, viduq3-turbo takes 1 to 7 reference images.',
    ],
    [
      'both forms',
      { ...viduq3, subjects: [fox], images: [image] },
      'FieldInvalid',
      'images and subjects cannot be sent together: pictures of a subject stand in it.',
    ],
    [
      'a subject without a name',
      { ...viduq3, subjects: [{ images: [image] }] },
      'FieldLacking',
      'subjects[0].name is required: the prompt says @name.',
    ],
    [
      'a subject without pictures',
      { ...viduq3, subjects: [{ name: 'fox' }] },
      'FieldLacking',
      'subjects[0].images is required: 1 to 3 pictures.',
    ],
    [
      'a subject with four pictures',
      { ...viduq3, subjects: [{ name: 'fox', images: Array(4).fill(image) }] },
      'FieldItemCountOutOfRange',
      'subjects[0] holds 4 pictures and videos; at most 3 are taken.',
    ],
    [
      'two subjects of one name',
      { ...viduq3, subjects: [fox, fox] },
      'FieldInvalid',
      'subjects[1].name is "fox", as another subject’s; each needs its own.',
    ],
    [
      'a fifth subject of viduq2-pro',
      { ...viduq3, model: 'viduq2-pro', subjects: ['a', 'b', 'c', 'd', 'e'].map((name) => ({ ...fox, name })) },
      'FieldItemCountOutOfRange',
      '5 subjects without a video; viduq2-pro takes at most 4.',
    ],
    [
      'auto_subjects without subjects',
      { ...turbo, images: [image], auto_subjects: true },
      'FieldInvalid',
      'auto_subjects goes along with subjects only.',
    ],
  ]),
];
