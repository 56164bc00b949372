import { PICTURE, type RefusalCase, SOUND, VIDEO } from './refusal-case.ts';

export const SEEDANCE_CONTENT_REFUSALS: readonly RefusalCase[] = [
  {
    asks: 'content that is no array',
    body: { model: 'seedance2.0-720p', content: 'a fox' },
    code: 'invalid_value',
    param: 'content',
    message: 'content is "a fox"; it must be an array of parts such as {"type":"text","text":"…"}.',
  },
  {
    asks: 'content without parts',
    body: { model: 'seedance2.0-720p', content: [] },
    code: 'invalid_value',
    param: 'content',
    message: 'content is []; it must be an array of parts such as {"type":"text","text":"…"}.',
  },
  {
    asks: 'a part that is no object',
    body: { model: 'seedance2.0-720p', content: [5] },
    code: 'invalid_value',
    param: 'content[0]',
    message: 'content[0] is 5; it must be a part such as {"type":"text","text":"…"}.',
  },
  {
    asks: 'a part without a type',
    body: { model: 'seedance2.0-720p', content: [{ text: 'a fox' }] },
    code: 'invalid_value',
    param: 'content[0].type',
    message: 'content[0].type is nothing; it must be text, image_url, video_url or audio_url.',
  },
  {
    asks: 'a part of an unknown type',
    body: { model: 'seedance2.0-720p', content: [{ type: 'image', image: PICTURE }] },
    code: 'invalid_value',
    param: 'content[0].type',
    message: 'content[0].type is "image"; it must be text, image_url, video_url or audio_url.',
  },
  {
    asks: 'a text part without text',
    body: { model: 'seedance2.0-720p', content: [{ type: 'text' }] },
    code: 'missing_field',
    param: 'content[0].text',
    message: 'content[0].text is required.',
  },
  {
    asks: 'a text part whose text is a number',
    body: { model: 'seedance2.0-720p', content: [{ type: 'text', text: 5 }] },
    code: 'invalid_value',
    param: 'content[0].text',
    message: 'content[0].text is 5; it must be a string.',
  },
  {
    asks: 'an image part without an address',
    body: { model: 'seedance2.0-720p', content: [{ type: 'image_url' }] },
    code: 'missing_field',
    param: 'content[0].image_url',
    message: 'content[0].image_url is required.',
  },
  {
    asks: 'an image part whose address is empty',
    body: { model: 'seedance2.0-720p', content: [{ type: 'image_url', image_url: { url: '' } }] },
    code: 'invalid_value',
    param: 'content[0].image_url.url',
    message:
      'content[0].image_url.url is ""; it must be an http or https URL, or a data URI; leave the field out when there is none.',
  },
  {
    asks: 'an image part with an empty object',
    body: { model: 'seedance2.0-720p', content: [{ type: 'image_url', image_url: {} }] },
    code: 'missing_field',
    param: 'content[0].image_url.url',
    message: 'content[0].image_url.url is required.',
  },
  {
    asks: 'a part whose role does not exist',
    body: { model: 'seedance2.0-720p', content: [{ type: 'image_url', image_url: { url: PICTURE }, role: 'hero' }] },
    code: 'invalid_value',
    param: 'content[0].role',
    message: 'content[0].role is "hero"; it must be first_frame, last_frame or reference_image.',
  },
  {
    asks: 'a part whose role belongs to another kind',
    body: {
      model: 'seedance2.0-720p',
      content: [{ type: 'video_url', video_url: { url: VIDEO }, role: 'first_frame' }],
    },
    code: 'invalid_value',
    param: 'content[0].role',
    message: 'content[0].role is "first_frame"; it must be reference_video.',
  },
  {
    asks: 'two images without roles',
    body: {
      model: 'seedance2.0-720p',
      content: [
        { type: 'image_url', image_url: { url: PICTURE } },
        { type: 'image_url', image_url: { url: PICTURE } },
      ],
    },
    code: 'missing_field',
    param: 'content[0].role',
    message: 'content[0].role is required when there are several inputs: first_frame, last_frame or reference_image.',
  },
  {
    asks: 'two first frames',
    body: {
      model: 'seedance2.0-720p',
      content: [
        { type: 'image_url', image_url: { url: PICTURE }, role: 'first_frame' },
        { type: 'image_url', image_url: { url: PICTURE }, role: 'first_frame' },
      ],
    },
    code: 'invalid_value',
    param: 'content',
    message: 'content holds 2 first frames; seedance2.0-720p takes exactly 1.',
  },
  {
    asks: 'a last frame alone in content',
    body: {
      model: 'seedance2.0-720p',
      content: [{ type: 'image_url', image_url: { url: PICTURE }, role: 'last_frame' }],
    },
    code: 'conflicting_inputs',
    param: 'content[0].image_url.url',
    message:
      'content[0].image_url.url is only supported together with a first frame. Send both, or send this picture as a first frame.',
  },
  {
    asks: 'frames and references in content',
    body: {
      model: 'seedance2.0-720p',
      content: [
        { type: 'image_url', image_url: { url: PICTURE }, role: 'first_frame' },
        { type: 'video_url', video_url: { url: VIDEO }, role: 'reference_video' },
      ],
    },
    code: 'conflicting_inputs',
    param: 'content[1].video_url.url',
    message:
      'content[0].image_url.url and content[1].video_url.url cannot be sent together: a video starts from frames (first, last), from references, or from a source video. Leave one of them out.',
  },
  {
    asks: 'sound alone in content',
    body: { model: 'seedance2.0-720p', content: [{ type: 'audio_url', audio_url: { url: SOUND } }] },
    code: 'missing_field',
    param: 'content[0].audio_url.url',
    message: 'Reference audio alone is not enough for Seedance 2.0: add at least one reference image or video.',
  },
  {
    asks: 'content beside another prompt',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', content: [{ type: 'text', text: 'an owl' }] },
    code: 'conflicting_inputs',
    param: 'prompt',
    message: 'prompt and content cannot be sent together: content[] holds the prompt and all media.',
  },
  {
    asks: 'content beside image',
    body: { model: 'seedance2.0-720p', image: PICTURE, content: [{ type: 'text', text: 'a fox' }] },
    code: 'conflicting_inputs',
    param: 'image',
    message: 'image and content cannot be sent together: content[] holds the prompt and all media.',
  },
  {
    asks: 'content on a legacy name',
    body: { model: 'jisudance2.0-720p', content: [{ type: 'text', text: 'a fox' }] },
    code: 'unsupported_field',
    param: 'content',
    message: 'content is not supported by jisudance2.0-720p; it belongs to the seedance2.0 models.',
  },
  {
    asks: 'an operation that does not exist',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', extra_body: { operation: 'video_extend' } },
    code: 'invalid_value',
    param: 'extra_body.operation',
    message:
      'extra_body.operation is "video_extend"; it must be reference_to_video, edit_video, extend_video or first_last_frame.',
  },
  {
    asks: 'edit_video without a video',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', extra_body: { operation: 'edit_video' } },
    code: 'missing_field',
    param: 'video',
    message: 'extra_body.operation edit_video needs video (or videos).',
  },
  {
    asks: 'extend_video without a video',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', image: PICTURE, extra_body: { operation: 'extend_video' } },
    code: 'missing_field',
    param: 'video',
    message: 'extra_body.operation extend_video needs video (or videos).',
  },
  {
    asks: 'reference_to_video without references',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', extra_body: { operation: 'reference_to_video' } },
    code: 'missing_field',
    param: 'images',
    message: 'extra_body.operation reference_to_video needs images, videos or audios.',
  },
  {
    asks: 'first_last_frame without a last frame',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', image: PICTURE, extra_body: { operation: 'first_last_frame' } },
    code: 'missing_field',
    param: 'last_image',
    message: 'extra_body.operation first_last_frame needs image and last_image.',
  },
  {
    asks: 'first_last_frame without any frame',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', extra_body: { operation: 'first_last_frame' } },
    code: 'missing_field',
    param: 'image',
    message: 'extra_body.operation first_last_frame needs image and last_image.',
  },
  {
    asks: 'an operation on a legacy name',
    body: { model: 'jisudance2.0-720p', prompt: 'a fox', extra_body: { operation: 'edit_video' } },
    code: 'unsupported_field',
    param: 'extra_body.operation',
    message: 'extra_body.operation is not supported by jisudance2.0-720p; it belongs to the seedance2.0 models.',
  },
  {
    asks: 'web search with references',
    body: {
      model: 'seedance2.0-720p',
      prompt: 'a fox',
      images: [PICTURE],
      extra_body: { tools: [{ type: 'web_search' }] },
    },
    code: 'unsupported_field',
    param: 'extra_body.tools',
    message:
      'extra_body.tools is not supported by seedance2.0-720p from references. Options here: watermark, return_last_frame, execution_expires_after, priority, service_tier.',
  },
  {
    asks: 'an option of Vidu',
    body: { model: 'seedance2.0-720p', prompt: 'a fox', extra_body: { movement_amplitude: 'auto' } },
    code: 'unsupported_field',
    param: 'extra_body.movement_amplitude',
    message:
      'extra_body.movement_amplitude is not supported by seedance2.0-720p from a prompt alone. Options here: watermark, return_last_frame, execution_expires_after, priority, service_tier, tools.',
  },
  {
    asks: 'several options that are wrong',
    body: {
      model: 'seedance2.0-720p',
      prompt: 'a fox',
      extra_body: { priority: 11, service_tier: 'flex', execution_expires_after: 60 },
    },
    code: 'invalid_value',
    param: 'extra_body.execution_expires_after',
    message: 'extra_body.execution_expires_after is 60; it must be at least 3600.',
    issues: [
      [
        'extra_body.execution_expires_after',
        'invalid_value',
        'extra_body.execution_expires_after is 60; it must be at least 3600.',
      ],
      ['extra_body.priority', 'invalid_value', 'extra_body.priority is 11; it must be at most 9.'],
      ['extra_body.service_tier', 'invalid_value', 'extra_body.service_tier is "flex"; it must be default.'],
    ],
  },
];
