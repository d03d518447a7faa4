#include "report/digest.h"

enum seen_answer digest_answer(bool yes)
{
	return yes ? ANSWER_YES : ANSWER_NO;
}

enum seen_answer digest_best(enum seen_answer a, enum seen_answer b)
{
	return a > b ? a : b;
}

enum seen_answer digest_weakest(enum seen_answer a, enum seen_answer b)
{
	return a == ANSWER_NO || b == ANSWER_NO ? ANSWER_NO : digest_best(a, b);
}

void digest_share_add(struct digest_share *share, enum seen_answer answer)
{
	share->known += answer != ANSWER_UNKNOWN;
	share->yes += answer == ANSWER_YES;
}
