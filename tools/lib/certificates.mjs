import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';

// Loaded when certificates are made: npm ci may come after this file.
async function x509() {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const HOSTS = ['localhost', '127.0.0.1'];
const DAY_MS = 86_400_000;
const LIFETIME_MS = 365 * DAY_MS;

/**
 * @typedef {{ certificate: string, key: string }} Pem a certificate and its key, as PEM
 * @typedef {{ pem: Pem, issue: (name: string, options?: { notAfter?: Date, host?: string }) => Promise<Pem> }} Authority
 *   `host`: the one it is for, in place of localhost and 127.0.0.1
 */

/**
 * A certificate authority for development and tests, and what it signs: certificates for this machine, for
 * servers and clients alike. Whoever has the key of the authority can pass for anybody, so it is not kept.
 * @param {string} [name]
 * @returns {Promise<Authority>}
 */
export async function createAuthority(name = 'login-event-pipeline development CA') {
  const { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension, X509CertificateGenerator } =
    await x509();
  const keys = await newKeys();
  const ca = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    ...validity(),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
    ],
  });
  return {
    pem: { certificate: ca.toString('pem'), key: await toPem(keys.privateKey) },
    issue: (subject, { notAfter, host } = {}) =>
      issue(ca, keys.privateKey, { subject, hosts: host === undefined ? HOSTS : [host], notAfter }),
  };
}

/**
 * @param {import('@peculiar/x509').X509Certificate} ca
 * @param {import('node:crypto').webcrypto.CryptoKey} signingKey
 * @param {{ subject: string, hosts: string[], notAfter: Date | undefined }} options
 * @returns {Promise<Pem>}
 */
async function issue(ca, signingKey, { subject, hosts, notAfter }) {
  const {
    ExtendedKeyUsage,
    ExtendedKeyUsageExtension,
    SubjectAlternativeNameExtension,
    X509CertificateGenerator,
  } = await x509();
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${subject}`,
    issuer: ca.subject,
    ...validity(notAfter),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension(
        hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
      ),
    ],
  });
  return { certificate: certificate.toString('pem'), key: await toPem(keys.privateKey) };
}

/** From yesterday on, since clocks differ. @param {Date} [notAfter] */
const validity = (notAfter = new Date(Date.now() + LIFETIME_MS)) => ({
  notBefore: new Date(Math.min(Date.now(), notAfter.getTime()) - DAY_MS),
  notAfter,
});

const newKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

/** @param {import('node:crypto').webcrypto.CryptoKey} key */
async function toPem(key) {
  const bytes = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  const lines = bytes.match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}
