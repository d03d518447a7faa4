/* der_tag.h - the tags of X.690 that certificates are made of. Constants alone. */
#ifndef TLS_DER_TAG_H
#define TLS_DER_TAG_H

#define TAG_BOOLEAN          0x01
#define TAG_INTEGER          0x02
#define TAG_BIT_STRING       0x03
#define TAG_OCTET_STRING     0x04
#define TAG_OID              0x06
#define TAG_ENUMERATED       0x0a
#define TAG_UTC_TIME         0x17
#define TAG_GENERALIZED_TIME 0x18
#define TAG_SEQUENCE         0x30
#define TAG_SET              0x31

/* GeneralName, RFC 5280, 4.2.1.6: context tags, implicit but for directoryName and otherName's
 * value. */
#define TAG_NAME_OTHER      0xa0
#define TAG_NAME_EMAIL      0x81
#define TAG_NAME_DNS        0x82
#define TAG_NAME_X400       0xa3
#define TAG_NAME_DIRECTORY  0xa4
#define TAG_NAME_EDI        0xa5
#define TAG_NAME_URI        0x86
#define TAG_NAME_IP         0x87
#define TAG_NAME_REGISTERED 0x88

#endif
