// Loading takes a while on a busy machine, and a signal counts from the first moment on.
const leave = () => process.exit(0);
process.on('SIGTERM', leave).on('SIGINT', leave);
const { bootstrap } = await import('./bootstrap.js');
bootstrap();
// Only now: a signal that nobody listens to for a moment would be lost.
process.off('SIGTERM', leave).off('SIGINT', leave);
