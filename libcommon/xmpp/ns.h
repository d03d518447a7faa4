/* ns.h - the namespaces of XMPP, each written once. */
#ifndef XMPP_NS_H
#define XMPP_NS_H

#define NS_XML           "http://www.w3.org/XML/1998/namespace" /* xml:lang */
#define NS_XMLNS         "http://www.w3.org/2000/xmlns/"        /* declarations themselves */
#define NS_STREAM        "http://etherx.jabber.org/streams"
#define NS_CLIENT        "jabber:client"
#define NS_SERVER        "jabber:server"
#define NS_TLS           "urn:ietf:params:xml:ns:xmpp-tls"
#define NS_SASL          "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_SASL2         "urn:xmpp:sasl:2"
#define NS_SASL_CB       "urn:xmpp:sasl-cb:0"                  /* XEP-0440 */
#define NS_SESSION       "urn:ietf:params:xml:ns:xmpp-session" /* RFC 3921 */
#define NS_BIND          "urn:ietf:params:xml:ns:xmpp-bind"
#define NS_STREAM_ERROR  "urn:ietf:params:xml:ns:xmpp-streams"
#define NS_STANZA_ERROR  "urn:ietf:params:xml:ns:xmpp-stanzas"
#define NS_DIALBACK      "jabber:server:dialback"
#define NS_DIALBACK_FEAT "urn:xmpp:features:dialback"
#define NS_BIDI_FEAT     "urn:xmpp:features:bidi" /* XEP-0288 */
#define NS_BIDI          "urn:xmpp:bidi"
#define NS_SM            "urn:xmpp:sm:3" /* XEP-0198 */
#define NS_COMPRESS      "http://jabber.org/features/compress"
#define NS_REGISTER      "http://jabber.org/features/iq-register"
#define NS_AUTH_FEAT     "http://jabber.org/features/iq-auth" /* XEP-0078 */
#define NS_LIMITS        "urn:xmpp:stream-limits:0"           /* XEP-0478 */
#define NS_PING          "urn:xmpp:ping"                      /* XEP-0199 */
#define NS_RECEIPTS      "urn:xmpp:receipts"                  /* XEP-0184 */
#define NS_SID           "urn:xmpp:sid:0"                     /* XEP-0359 */
#define NS_HINTS         "urn:xmpp:hints"                     /* XEP-0334 */
#define NS_CARBONS       "urn:xmpp:carbons:2"                 /* XEP-0280 */
#define NS_OOB           "jabber:x:oob"                       /* XEP-0066 */
#define NS_MUC           "http://jabber.org/protocol/muc"     /* XEP-0045 */
#define NS_MUC_USER      "http://jabber.org/protocol/muc#user"
#define NS_DELAY         "urn:xmpp:delay"                         /* XEP-0203 */
#define NS_DISCO_INFO    "http://jabber.org/protocol/disco#info"  /* XEP-0030 */
#define NS_DISCO_ITEMS   "http://jabber.org/protocol/disco#items" /* XEP-0030 */

#endif
